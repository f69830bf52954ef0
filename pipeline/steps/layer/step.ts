import type { Json } from '../../core/json.ts';
import {
  booleanOf,
  type Fields,
  fieldsOf,
  idOf,
  listOf,
  maybe,
  modeOf,
  pathOf,
  refuse,
  stringOf,
} from '../../trees/decode.ts';

/**
 * What the writer `layer` composes (type aliases, so that the compiler takes them for plain data). Paths may be written with or without a leading slash; modes as numbers or octal text.
 */
export type LayerOptions = {
  /** In the order in which they are laid over each other. Each needs the inputs `package/<name>` and `control/<name>`. */
  readonly packages?: readonly PackageChoice[] | undefined;
  /** Only these paths of all packages (patterns; copyright files always stay). None: everything. */
  readonly keep?: readonly string[] | undefined;
  /** Not these paths of any package (patterns; copyright files always stay). Copyright aside, `drop` wins over `keep`. */
  readonly drop?: readonly string[] | undefined;
  /** Moves folders or files of packages, before `keep` and `drop` look. */
  readonly move?: readonly Move[] | undefined;
  /** Folders of this repository, in order. Each needs the input `overlay/<name>`. */
  readonly overlays?: readonly OverlayChoice[] | undefined;
  /** Small text files. */
  readonly files?: readonly TextFile[] | undefined;
  readonly directories?:
    | readonly {
        readonly path: string;
        readonly mode?: number | undefined;
        readonly uid?: number | undefined;
        readonly gid?: number | undefined;
      }[]
    | undefined;
  readonly links?: readonly { readonly path: string; readonly target: string }[] | undefined;
  /** Effects in order (`trees/effects`). */
  readonly effects?: readonly EffectChoice[] | undefined;
  /** Applied last; each path must exist. */
  readonly modes?: readonly ModeChange[] | undefined;
  /** Top-level links to `usr/<name>` that this layer carries: `bin`, `sbin`, `lib`, `lib64`. One layer of a tree declares them. */
  readonly usrMergeLinks?: readonly string[] | undefined;
  /** Writes the database of dpkg, as if it had installed the packages, in place of `status.d`. */
  readonly dpkgDatabase?: boolean | undefined;
  /** Paths (patterns) that a later source may take over from an earlier one. */
  readonly replaces?: readonly string[] | undefined;
};

export type PackageChoice = {
  readonly name: string;
  /** In addition to the layer's. */
  readonly keep?: readonly string[] | undefined;
  readonly drop?: readonly string[] | undefined;
  readonly move?: readonly Move[] | undefined;
  /** Whether `/var/lib/dpkg/status.d/<name>` is written (default true): a package whose files are in several layers belongs to one of them. */
  readonly status?: boolean | undefined;
};

export type Move = {
  readonly from: string;
  readonly to: string;
};

export type OverlayChoice = {
  readonly name: string;
  /** Where in the tree it is laid; default the root. */
  readonly into?: string | undefined;
  readonly drop?: readonly string[] | undefined;
  /** Later rules win. Each must match something. Without one: root's, 0755 for folders and executable files, else 0644. */
  readonly rules?: readonly OverlayRule[] | undefined;
};

/** Who may do what with a file; what is left out stays as it is. */
type Access = {
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
};

export type OverlayRule = Access & {
  /** Pattern over paths of the tree. */
  readonly path: string;
};

export type TextFile = Access & {
  readonly path: string;
  readonly text: string;
};

export type ModeChange = Access & {
  readonly path: string;
  /** File capabilities, permitted and effective: `cap_net_raw`. */
  readonly capabilities?: readonly string[] | undefined;
};

export type EffectChoice = {
  readonly effect: string;
  readonly options?: Json | undefined;
};

const OPTION_NAMES = [
  'packages',
  'keep',
  'drop',
  'move',
  'overlays',
  'files',
  'directories',
  'links',
  'effects',
  'modes',
  'usrMergeLinks',
  'dpkgDatabase',
  'replaces',
];
const USR_MERGED = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/** Checks a writer's options. Throws `configuration` with a sentence that names the member. */
export function layerOptions(options: Json): Required<LayerOptions> {
  const { value, at } = fieldsOf(options, 'options', OPTION_NAMES);
  const patterns = (member: string): readonly string[] => listOf(value[member], `${at}.${member}`, stringOf);
  const checked = {
    packages: listOf(value['packages'], `${at}.packages`, packageChoice),
    keep: patterns('keep'),
    drop: patterns('drop'),
    move: listOf(value['move'], `${at}.move`, move),
    overlays: listOf(value['overlays'], `${at}.overlays`, overlayChoice),
    files: listOf(value['files'], `${at}.files`, textFile),
    directories: listOf(value['directories'], `${at}.directories`, directory),
    links: listOf(value['links'], `${at}.links`, link),
    effects: listOf(value['effects'], `${at}.effects`, effectChoice),
    modes: listOf(value['modes'], `${at}.modes`, modeChange),
    usrMergeLinks: patterns('usrMergeLinks'),
    dpkgDatabase: maybe(value['dpkgDatabase'], `${at}.dpkgDatabase`, booleanOf) ?? false,
    replaces: patterns('replaces'),
  };
  const names = checked.packages.map((choice) => choice.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refuse(`options.packages names ${twice} twice.`);
  const odd = checked.usrMergeLinks.find((name) => !USR_MERGED.includes(name));
  if (odd !== undefined) throw refuse(`options.usrMergeLinks may only name ${USR_MERGED.join(', ')}, not ${odd}.`);
  return checked;
}

function packageChoice(item: Json, at: string): PackageChoice {
  if (typeof item === 'string') return { name: item };
  const { value } = fieldsOf(item, at, ['name', 'keep', 'drop', 'move', 'status']);
  return {
    name: stringOf(value['name'], `${at}.name`),
    keep: listOf(value['keep'], `${at}.keep`, stringOf),
    drop: listOf(value['drop'], `${at}.drop`, stringOf),
    move: listOf(value['move'], `${at}.move`, move),
    status: maybe(value['status'], `${at}.status`, booleanOf),
  };
}

function move(item: Json, at: string): Move {
  const { value } = fieldsOf(item, at, ['from', 'to']);
  return { from: pathOf(value['from'], `${at}.from`), to: pathOf(value['to'], `${at}.to`) };
}

function overlayChoice(item: Json, at: string): OverlayChoice {
  if (typeof item === 'string') return { name: item };
  const { value } = fieldsOf(item, at, ['name', 'into', 'drop', 'rules']);
  return {
    name: stringOf(value['name'], `${at}.name`),
    into: maybe(value['into'], `${at}.into`, pathOf),
    drop: listOf(value['drop'], `${at}.drop`, stringOf),
    rules: listOf(value['rules'], `${at}.rules`, (rule, place) => {
      const fields = fieldsOf(rule, place, ['path', 'mode', 'uid', 'gid']);
      return { path: stringOf(fields.value['path'], `${place}.path`), ...ownership(fields) };
    }),
  };
}

function textFile(item: Json, at: string): TextFile {
  const fields = fieldsOf(item, at, ['path', 'text', 'mode', 'uid', 'gid']);
  return { path: somePath(fields), text: stringOf(fields.value['text'], `${at}.text`), ...ownership(fields) };
}

function directory(item: Json, at: string): { readonly path: string } & Ownership {
  const fields = fieldsOf(item, at, ['path', 'mode', 'uid', 'gid']);
  return { path: somePath(fields), ...ownership(fields) };
}

function link(item: Json, at: string): { readonly path: string; readonly target: string } {
  const fields = fieldsOf(item, at, ['path', 'target']);
  const target = stringOf(fields.value['target'], `${at}.target`);
  if (target === '') throw refuse(`${at}.target must not be empty.`);
  return { path: somePath(fields), target };
}

function effectChoice(item: Json, at: string): EffectChoice {
  if (typeof item === 'string') return { effect: item };
  const { value } = fieldsOf(item, at, ['effect', 'options']);
  return { effect: stringOf(value['effect'], `${at}.effect`), options: value['options'] };
}

function modeChange(item: Json, at: string): ModeChange {
  const fields = fieldsOf(item, at, ['path', 'mode', 'uid', 'gid', 'capabilities']);
  const { capabilities } = fields.value;
  return {
    path: pathOf(fields.value['path'], `${at}.path`),
    ...ownership(fields),
    capabilities: capabilities === undefined ? undefined : listOf(capabilities, `${at}.capabilities`, stringOf),
  };
}

interface Ownership {
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

function ownership({ value, at }: Fields): Ownership {
  return {
    mode: maybe(value['mode'], `${at}.mode`, modeOf),
    uid: maybe(value['uid'], `${at}.uid`, idOf),
    gid: maybe(value['gid'], `${at}.gid`, idOf),
  };
}

function somePath({ value, at }: Fields): string {
  const path = pathOf(value['path'], `${at}.path`);
  if (path === '') throw refuse(`${at}.path must name something below the root.`);
  return path;
}
