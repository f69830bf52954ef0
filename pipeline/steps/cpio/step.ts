import type { Json } from '../../core/json.ts';
import { fieldsOf, idOf, listOf, maybe, modeOf, pathOf, refuse, stringOf, wholeNumberOf } from '../../trees/decode.ts';

/** What the writer `cpio` packs. */
export type CpioOptions = {
  /** Tars in order, by the names of their inputs. */
  readonly trees?: readonly string[] | undefined;
  /** Modes of single files (inputs `file/<path>`, 0644 by default), by path. */
  readonly files?: readonly { readonly path: string; readonly mode: number }[] | undefined;
  readonly directories?: readonly { readonly path: string; readonly mode?: number | undefined }[] | undefined;
  readonly links?: readonly { readonly path: string; readonly target: string }[] | undefined;
  readonly devices?: readonly CpioDevice[] | undefined;
  /** Paths (patterns) that a later tree may take over from an earlier one. */
  readonly replaces?: readonly string[] | undefined;
};

export type CpioDevice = {
  readonly path: string;
  readonly type: 'character' | 'block';
  readonly major: number;
  readonly minor: number;
  /** Default 0600. */
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
};

/** Checks a writer's options. Throws `configuration` with a sentence that names the member. */
export function cpioOptions(options: Json): Required<CpioOptions> {
  const { value } = fieldsOf(options, 'options', ['trees', 'files', 'directories', 'links', 'devices', 'replaces']);
  return {
    trees: listOf(value['trees'], 'options.trees', stringOf),
    files: listOf(value['files'], 'options.files', (item, at) => {
      const file = fieldsOf(item, at, ['path', 'mode']).value;
      return { path: pathOf(file['path'], `${at}.path`), mode: modeOf(file['mode'], `${at}.mode`) };
    }),
    directories: listOf(value['directories'], 'options.directories', (item, at) => {
      const folder = fieldsOf(item, at, ['path', 'mode']).value;
      return { path: pathOf(folder['path'], `${at}.path`), mode: maybe(folder['mode'], `${at}.mode`, modeOf) };
    }),
    links: listOf(value['links'], 'options.links', (item, at) => {
      const link = fieldsOf(item, at, ['path', 'target']).value;
      return { path: pathOf(link['path'], `${at}.path`), target: stringOf(link['target'], `${at}.target`) };
    }),
    devices: listOf(value['devices'], 'options.devices', device),
    replaces: listOf(value['replaces'], 'options.replaces', stringOf),
  };
}

function device(item: Json, at: string): CpioDevice {
  const { value } = fieldsOf(item, at, ['path', 'type', 'major', 'minor', 'mode', 'uid', 'gid']);
  const type = stringOf(value['type'], `${at}.type`);
  if (type !== 'character' && type !== 'block') throw refuse(`${at}.type must be "character" or "block".`);
  return {
    path: pathOf(value['path'], `${at}.path`),
    type,
    major: wholeNumberOf(value['major'], `${at}.major`, 0xfff),
    minor: wholeNumberOf(value['minor'], `${at}.minor`, 0xfffff),
    mode: maybe(value['mode'], `${at}.mode`, modeOf),
    uid: maybe(value['uid'], `${at}.uid`, idOf),
    gid: maybe(value['gid'], `${at}.gid`, idOf),
  };
}
