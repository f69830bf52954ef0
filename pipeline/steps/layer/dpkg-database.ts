import { createHash } from 'node:crypto';
import type { PackageControl } from '../../trees/deb.ts';
import { textNode } from '../../trees/made-node.ts';
import type { Node } from '../../trees/node.ts';
import { readContent } from '../../trees/node.ts';
import { mergedPath } from '../../trees/relocate.ts';
import type { Tree } from '../../trees/tree.ts';

/** A package. */
export interface InstalledPackage {
  readonly control: PackageControl;
  /** All that it brings, whether they were taken or not. */
  readonly paths: readonly string[];
  /** Those that were taken. */
  readonly taken: readonly Node[];
}

/** Scripts that dpkg calls later, when the package is upgraded or removed; `config` is debconf's. */
const KEPT_SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm', 'config', 'triggers'] as const;

const FOLDER = 'var/lib/dpkg';

/**
 * dpkg's database as if it had installed these packages (dpkg 1.22; `lib/dpkg/dbdir.c`, `infodb-format.c`, `trigdeferred.c`; deb-triggers(5)):
 * `status`, and for each package its list of files, the sums of those that were taken, and its scripts.
 */
export function dpkgDatabase(tree: Tree, packages: readonly InstalledPackage[], epoch: number): Omit<Node, 'owner'>[] {
  const sorted = [...packages].sort((a, b) => (a.control.package < b.control.package ? -1 : 1));
  const nodes = sorted.flatMap((each) => infoOf(each, epoch));
  const text = (path: string, content: string) => textNode(`${FOLDER}/${path}`, content, { epoch });
  const architecture = sorted.find(({ control }) => control.architecture !== 'all')?.control.architecture ?? 'all';
  return [
    ...nodes,
    text('status', sorted.map(({ control }) => stanzaOf(tree, control)).join('')),
    // 1: a package that may be there for several architectures has its name with the architecture.
    text('info/format', '1\n'),
    text('arch-native', `${architecture}\n`),
    text('available', ''),
    text('diversions', ''),
    text('statoverride', ''),
    ...triggersOf(sorted).map(([name, content]) => text(`triggers/${name}`, content)),
  ];
}

const fieldOf = (stanza: string, name: string): string | undefined =>
  new RegExp(`^${name}:[ \\t]*(.*)$`, 'mi').exec(stanza)?.[1]?.trim();

const infoName = ({ package: name, architecture, stanza }: PackageControl): string =>
  fieldOf(stanza, 'Multi-Arch') === 'same' ? `${name}:${architecture}` : name;

function infoOf({ control, paths, taken }: InstalledPackage, epoch: number): Omit<Node, 'owner'>[] {
  const base = `${FOLDER}/info/${infoName(control)}`;
  const lines = ['/.', ...paths.filter((path) => path !== '').map((path) => `/${path}`)];
  const scripts = KEPT_SCRIPTS.flatMap((name) => {
    const text = control.scripts[name];
    if (text === undefined) return [];
    return [textNode(`${base}.${name}`, text, { mode: name === 'triggers' ? 0o644 : 0o755, epoch })];
  });
  const conffiles =
    control.conffiles.length === 0
      ? []
      : [textNode(`${base}.conffiles`, control.conffiles.map((path) => `${path}\n`).join(''), { epoch })];
  return [
    textNode(`${base}.list`, lines.map((line) => `${line}\n`).join(''), { epoch }),
    textNode(`${base}.md5sums`, sumsOf(control, taken), { epoch }),
    ...scripts,
    ...conffiles,
  ];
}

const md5 = (node: Node): string => createHash('md5').update(readContent(node)).digest('hex');

/** As packages bring them: of all files but those of the configuration. */
function sumsOf({ conffiles }: PackageControl, taken: readonly Node[]): string {
  const own = new Set(conffiles.map((path) => path.slice(1)));
  const files = taken.filter(({ type, path }) => type === 'file' && !own.has(path));
  return files.map((node) => `${md5(node)}  ${node.path}\n`).join('');
}

/** The package's own control file, with what dpkg adds about its state and its configuration files. */
function stanzaOf(tree: Tree, { stanza, conffiles }: PackageControl): string {
  const [first = '', ...rest] = stanza.trimEnd().split('\n');
  const sums = conffiles.flatMap((path) => {
    const node = tree.nodes.get(mergedPath(path.slice(1)));
    if (node?.type !== 'file') return [];
    return [` ${path} ${md5(node)}`];
  });
  const lines = [first, 'Status: install ok installed', ...rest, ...(sums.length === 0 ? [] : ['Conffiles:', ...sums])];
  return `${lines.join('\n')}\n\n`;
}

/** Which packages want to hear of what: files of paths in `File`, names in a file each. */
function triggersOf(packages: readonly InstalledPackage[]): (readonly [string, string])[] {
  const files = new Map<string, string[]>([['File', []]]);
  for (const { control } of packages) {
    for (const [, await_ = '', about = ''] of (control.scripts.triggers ?? '').matchAll(
      /^interest(-await|-noawait)?[ \t]+(\S+)/gm,
    )) {
      const who = `${infoName(control)}${await_ === '-noawait' ? '/noawait' : ''}`;
      const [name, line] = about.startsWith('/') ? ['File', `${about} ${who}`] : [about, who];
      files.set(name, [...(files.get(name) ?? []), line]);
    }
  }
  return [...files].map(([name, lines]) => [name, lines.map((line) => `${line}\n`).join('')]);
}
