import { filesIn } from '../config/files.ts';
import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { isForeign } from './foreign-image.ts';

// Files below /etc that users may replace and that every login needs. One that cannot be used is renamed, so that it never costs the login.

const RELEASE = '/run/rancher/release';
const PAM = '/etc/pam.d';
const NSSWITCH = '/etc/nsswitch.conf';
/** Larger files are none of these, in characters. */
const MOST = 65536;
/** Where PAM looks for its modules. */
const MODULES = '/usr/lib/*-linux-gnu/security /lib/*-linux-gnu/security /usr/lib64/security /usr/lib/security';

/** Renames files that lock everybody out: files of PAM in the release's own console, and the configuration of name lookups. */
export function mendLoginFiles(system: System): void {
  mendPipes(system);
  if (!isForeign(system)) mendPam(system);
  mendNames(system);
}

/** Files that PAM, sshd, agetty or the shell read at a login. */
const READ_AT_LOGIN = [
  'environment',
  'motd',
  'issue',
  'profile',
  'bash.bashrc',
  'default/locale',
  'security/limits.conf',
];

/** A login waits for a pipe without an end; a link to a device, such as /dev/null, is meant. */
function mendPipes(system: System): void {
  const odd = READ_AT_LOGIN.map((name) => `/etc/${name}`).filter((path) => isNoPlainFile(system, path));
  if (odd.length === 0) return;
  const { stdout } = run(system, ['sh', '-c', 'for file; do [ ! -p "$file" ] || echo "$file"; done', 'ros', ...odd]);
  for (const path of odd.filter((each) => stdout.split('\n').some((line) => line.endsWith(each))))
    takeReleases(system, path, 'is a pipe');
}

/** Services of PAM that a login goes through. */
const SERVICES = ['sshd', 'login', 'su', 'sudo', 'other'];

function mendPam(system: System): void {
  const releases = filesIn(system, `${RELEASE}${PAM}`);
  const changed = releases.filter((name) => textOf(system, name) !== textOf(system, name, RELEASE));
  const added = filesIn(system, PAM).some((name) => !releases.includes(name));
  if (changed.length === 0 && !added) return;
  const missing = modulesThatAreMissing(system, changed);
  for (const name of changed) {
    const error = pamError(textOf(system, name), {
      name,
      missing,
      isThere: (each) => textOf(system, each) !== undefined,
    });
    if (error !== undefined) takeReleases(system, `${PAM}/${name}`, error);
  }
}

const textOf = (system: System, name: string, root = ''): string | undefined =>
  system.readText(`${root}${PAM}/${name}`, MOST);

/** Names of modules that these files ask for and that are not there. */
function modulesThatAreMissing(system: System, names: readonly string[]): ReadonlySet<string> {
  const asked = names.flatMap((name) => pamLines(textOf(system, name) ?? '').flatMap(({ module }) => module ?? []));
  if (asked.length === 0) return new Set();
  const script = `for module; do
	case $module in /*) set -- "$module" ;; *) set --; for folder in ${MODULES}; do set -- "$@" "$folder/$module"; done ;; esac
	found=
	for file; do [ ! -f "$file" ] || found=1; done
	[ -n "$found" ] || echo "$module"
done`;
  const { stdout } = run(system, ['sh', '-c', script, 'ros', ...new Set(asked)]);
  return new Set(stdout.split('\n').filter((line) => line !== ''));
}

interface PamLine {
  readonly line: number;
  readonly type: string;
  readonly isOptional: boolean;
  readonly module?: string;
  readonly included?: string;
  readonly error?: string;
}

/** The lines of a file of PAM (pam.d(5)): type, control, module and its arguments, or @include and a name. */
export function pamLines(text: string): readonly PamLine[] {
  return text
    .replace(/\\\n/g, '  ')
    .split('\n')
    .flatMap((raw, index): PamLine[] => {
      const words = raw.replace(/#.*/, '').trim();
      if (words === '') return [];
      const line = index + 1;
      const include = /^@include\s+(\S+)$/.exec(words)?.[1];
      if (include !== undefined) return [{ line, type: '', isOptional: false, included: include }];
      const [, dash = '', type = '', control = '', module = ''] =
        /^(-?)(auth|account|password|session)\s+(\[[^\]]*\]|\S+)\s+(\S+)/i.exec(words) ?? [];
      if (type === '') return [{ line, type, isOptional: false, error: 'is no line of PAM' }];
      const isOptional = dash === '-' || control === 'optional' || /module_unknown=ignore|default=ignore/.test(control);
      if (/^(include|substack)$/.test(control)) return [{ line, type, isOptional, included: module }];
      if (!/^(\[.*\]|required|requisite|sufficient|optional)$/.test(control))
        return [{ line, type, isOptional, error: `has no control “${control}”` }];
      return [{ line, type: type.toLowerCase(), isOptional, module }];
    });
}

/** Why no login is possible with this file of PAM, with the line; undefined where it is. */
export function pamError(
  text: string | undefined,
  known: {
    readonly name: string;
    readonly missing: ReadonlySet<string>;
    readonly isThere: (name: string) => boolean;
  },
): string | undefined {
  if (text === undefined) return 'is no file that can be read';
  const lines = pamLines(text);
  if (lines.length === 0) return 'says nothing';
  for (const { line, isOptional, module, included, error } of lines) {
    if (error !== undefined) return `line ${line} ${error}`;
    if (included !== undefined && !known.isThere(included))
      return `line ${line} includes ${included}, which is not there`;
    if (module !== undefined && !isOptional && known.missing.has(module))
      return `line ${line} asks for ${module}, which is not there`;
  }
  const types = new Set(lines.map(({ type }) => type));
  const isWhole = SERVICES.includes(known.name) && !types.has('');
  if (isWhole && !types.has('account')) return 'has no line for accounts, so PAM lets nobody in';
  return undefined;
}

const ASIDE = `path=$1 from=$2
[ ! -e "$path" ] && [ ! -L "$path" ] || mv -T "$path" "$path.refused" || exit
[ ! -f "$from" ] || cp -p "$from" "$path"`;

function takeReleases(system: System, path: string, error: string): void {
  alarm(system, `${path} ${error}: nobody could log in. It is now ${path}.refused, and the release's is in its place`);
  run(system, ['sh', '-c', ASIDE, 'ros', path, `${RELEASE}${path}`]);
}

/** Whether the path is not a regular file but, for example, a pipe. */
export function isNoPlainFile(system: System, path: string): boolean {
  const [, folder = '', name = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  return system.readText(path, 1) === undefined && system.files(folder).includes(name);
}

/** A name service that does not know the accounts that are in the console's own files. */
function mendNames(system: System): void {
  const text = system.readText(NSSWITCH, MOST);
  if (isNoPlainFile(system, NSSWITCH)) {
    // A name lookup would block on a pipe.
    takeReleases(system, NSSWITCH, 'is no plain file');
    return;
  }
  if (text === undefined || text === system.readText(`${RELEASE}${NSSWITCH}`, MOST)) return;
  const { status } = run(system, ['timeout', '-k', '1', '10', 'id', '-u', 'rancher'], { withErrors: true });
  if (status === 0) return;
  takeReleases(system, NSSWITCH, 'does not lead to the accounts of this console');
}
