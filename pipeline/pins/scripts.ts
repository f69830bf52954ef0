import { type Digest, digestOf } from '../core/digest.ts';
import { canonicalJson, compareCodeUnits } from '../core/json.ts';
import { controlFiles } from './control-files.ts';
import { dataFiles } from './data-files.ts';

/**
 * What a package would do to a system when it is first installed: its `preinst`, `config`, `postinst` and `triggers`, and what it
 * declares for systemd to do (`sysusers.d`, `tmpfiles.d`). Scripts for upgrade and removal have nothing to act on here.
 */
export interface PackageScripts {
  /** File names (of the control archive, or paths) and texts, sorted by name. */
  readonly files: ReadonlyMap<string, string>;
  readonly digest: Digest;
}

const CONTROL_FILES: readonly string[] = ['config', 'postinst', 'preinst', 'triggers'];
const CHECKSUMS = 'md5sums';
const DECLARATION = /^usr\/lib\/(?:sysusers|tmpfiles)\.d\/[^/]+\.conf$/;

export interface PackageIdentity {
  readonly name: string;
  readonly version: string;
  /** Its metapackage, where its own name holds a version. */
  readonly alias?: string | undefined;
}

/** Reads the scripts of a package file; undefined where it has none. */
export async function readScripts(file: string, identity: PackageIdentity): Promise<PackageScripts | undefined> {
  const name = `the package ${identity.name} ${identity.version}`;
  const control = await controlFiles(file, name, [...CONTROL_FILES, CHECKSUMS]);
  const found = new Map([...control].filter(([each]) => each !== CHECKSUMS));
  // The list of checksums names all files but configuration, and saves unpacking the data of nearly every package.
  const listed = control.get(CHECKSUMS) ?? '';
  if (listed.split('\n').some((line) => DECLARATION.test(line.slice(34)))) {
    const decoder = new TextDecoder();
    for (const [path, bytes] of await dataFiles(file, name, (each) => DECLARATION.test(each)))
      found.set(path, decoder.decode(bytes));
  }
  return scriptsOf(found, identity);
}

/** The digest covers names and texts, so that a script that only moved is a change too. Undefined where nothing is left. */
export function scriptsOf(found: ReadonlyMap<string, string>, identity: PackageIdentity): PackageScripts | undefined {
  const files = new Map(
    [...found]
      .map(([name, text]): readonly [string, string] => [
        withoutVersion(name, identity),
        withoutVersion(withoutNotices(name, text), identity),
      ])
      .filter(([, text]) => text !== '')
      .sort(([a], [b]) => compareCodeUnits(a, b)),
  );
  if (files.size === 0) return undefined;
  return { files, digest: digestOf(canonicalJson(Object.fromEntries(files))) };
}

/** Comments in `triggers` only name the debhelper that wrote them. */
function withoutNotices(name: string, text: string): string {
  if (name !== 'triggers') return text;
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * Replaces the package's own version, and the part of its name that a metapackage does not have, by placeholders: otherwise every
 * kernel and every rebuild would ask to be read again though nothing in the script changed.
 */
function withoutVersion(text: string, { name, version, alias }: PackageIdentity): string {
  let result = text;
  if (version.includes('-')) result = result.replaceAll(version, '@version@');
  if (alias !== undefined) {
    let common = 0;
    while (common < alias.length && alias[common] === name[common]) common += 1;
    result = result.replaceAll(name.slice(common), '@release@');
  }
  return result;
}

/** All files of a package's scripts as one text to read. */
export function scriptsText(scripts: PackageScripts): string {
  return [...scripts.files].map(([name, text]) => `==> ${name} <==\n${text.trimEnd()}\n`).join('\n');
}
