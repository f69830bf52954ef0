import { rmSync } from 'node:fs';
import { BuildError } from '../core/failure.ts';
import { type ArMember, readAr } from '../formats/ar.ts';
import { inMemory, type RandomAccess, slice } from '../formats/random-access.ts';
import { type Compression, decompress, decompressAll } from '../io/decompress.ts';
import { FileSource } from '../io/file-source.ts';
import { OutputFile } from '../io/output-file.ts';
import * as messages from './messages.ts';
import { type Node, readContent } from './node.ts';
import { nodesOf } from './tar-in.ts';

/** What a package's control archive says, as far as the pipeline needs it. */
export interface PackageControl {
  readonly package: string;
  readonly version: string;
  readonly architecture: string;
  /** The control file as it is, for `/var/lib/dpkg/status.d`. */
  readonly stanza: string;
  /** Text of each maintainer script and of `triggers`, by file name. */
  readonly scripts: { readonly [name in ScriptName]?: string };
  /** Absolute paths of configuration files. */
  readonly conffiles: readonly string[];
}

const SCRIPT_NAMES = ['preinst', 'postinst', 'prerm', 'postrm', 'config', 'triggers'] as const;
export type ScriptName = (typeof SCRIPT_NAMES)[number];

const CONTROL_NAMES = ['control', 'conffiles', ...SCRIPT_NAMES];
const CONTROL_LIMIT = 64 << 20;
/** The most that any member may unpack to, whatever its size. */
const DATA_LIMIT = 16 * 2 ** 30;
/** Debian's most compressible packages reach a ratio of about 30; xz can reach 7000. */
const RATIO_LIMIT = 200;
const SMALL = 64 << 20;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Opens a .deb (deb(5)): `debian-binary` with version 2.x, then `control.tar` and `data.tar`, each plain, gzip or xz.
 * Reads the control archive and spools the data archive, decompressed, to the file `spool` (which must not exist), so that no more than
 * a window of it is ever in memory.
 *
 * Device nodes are refused, and everything that `nodesOf` refuses. Throws `wrong-bytes` naming `name`.
 */
export async function unpackDeb(
  source: RandomAccess,
  { name, spool }: { readonly name: string; readonly spool: string },
): Promise<{ readonly control: PackageControl; readonly nodes: readonly Node[]; close(): void }> {
  const members = readAr(source, name);
  const [first] = members;
  if (first?.name !== 'debian-binary' || !/^2\.\d+\n/.test(asText(source.read(first.offset, first.size), name))) {
    throw new BuildError(messages.notADebianPackage(name));
  }
  const control = await readControl(source, members, name);
  const label = `package ${control.package}`;
  const { member, compression } = archiveMember(members, 'data.tar', name);
  const most = Math.min(DATA_LIMIT, Math.max(SMALL, member.size * RATIO_LIMIT));
  const out = new OutputFile(spool);
  try {
    const packed = slice(source, member.offset, member.size);
    for await (const chunk of decompress(packed, { compression, what: `${label}: ${member.name}`, limit: { most } }))
      out.write(chunk);
    out.finish();
  } finally {
    out.close();
  }
  const spooled = new FileSource(spool);
  const close = (): void => {
    spooled.close();
    rmSync(spool, { force: true });
  };
  try {
    const nodes = nodesOf(spooled, label);
    for (const node of nodes) {
      if (node.type === 'character-device' || node.type === 'block-device' || node.type === 'fifo') {
        throw new BuildError(messages.notForAPackage(label, node.type, node.path));
      }
    }
    return { control, nodes, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function readControl(source: RandomAccess, members: readonly ArMember[], name: string): Promise<PackageControl> {
  const { texts, what } = await controlTexts(source, { members, name, wanted: CONTROL_NAMES });
  const stanza = texts.get('control') ?? '';
  const scripts: { [name in ScriptName]?: string } = {};
  for (const script of SCRIPT_NAMES) {
    const text = texts.get(script);
    if (text !== undefined) scripts[script] = text;
  }
  return {
    package: fieldOf(stanza, 'Package', what),
    version: fieldOf(stanza, 'Version', what),
    architecture: fieldOf(stanza, 'Architecture', what),
    stanza,
    scripts,
    // A line that begins with a flag (`remove-on-upgrade`) names a file that is no longer there (deb-conffiles(5)).
    conffiles: (texts.get('conffiles') ?? '')
      .split('\n')
      .filter((line) => line.startsWith('/'))
      .map((line) => line.trimEnd()),
  };
}

/** Texts of a .deb's control archive by file name, those that are wanted and there. The data archive is not looked at. */
export async function readControlTexts(
  source: RandomAccess,
  { name, wanted }: { readonly name: string; readonly wanted: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const { texts } = await controlTexts(source, { members: readAr(source, name), name, wanted });
  return texts;
}

async function controlTexts(
  source: RandomAccess,
  {
    members,
    name,
    wanted,
  }: { readonly members: readonly ArMember[]; readonly name: string; readonly wanted: readonly string[] },
): Promise<{ readonly texts: ReadonlyMap<string, string>; readonly what: string }> {
  const { member, compression } = archiveMember(members, 'control.tar', name);
  const what = `${name}: ${member.name}`;
  const bytes = await decompressAll(slice(source, member.offset, member.size), {
    compression,
    what,
    limit: { most: CONTROL_LIMIT },
  });
  const texts = new Map<string, string>();
  for (const node of nodesOf(inMemory(bytes), what)) {
    if (node.type === 'file' && wanted.includes(node.path))
      texts.set(node.path, asText(readContent(node), `${what}: ${node.path}`));
  }
  return { texts, what };
}

function archiveMember(
  members: readonly ArMember[],
  base: string,
  name: string,
): { readonly member: ArMember; readonly compression: Compression } {
  for (const member of members) {
    if (member.name === base) return { member, compression: 'none' };
    if (member.name === `${base}.gz`) return { member, compression: 'gzip' };
    if (member.name === `${base}.xz`) return { member, compression: 'xz' };
    if (member.name.startsWith(`${base}.`)) {
      throw new BuildError(messages.compressionUnknown(name, member.name));
    }
  }
  throw new BuildError(messages.packageLacksMember(name, base));
}

function fieldOf(stanza: string, field: string, what: string): string {
  const line = stanza.split('\n').find((each) => each.startsWith(`${field}:`));
  const value = line?.slice(field.length + 1).trim();
  if (!value) throw new BuildError(messages.controlLacksField(what, field));
  return value;
}

function asText(bytes: Uint8Array, what: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new BuildError(messages.notText(what));
  }
}
