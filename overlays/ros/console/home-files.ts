import { ENTER } from '../runtime/enter-folder.ts';
import { run } from '../runtime/run.ts';
import type { Result, System } from '../runtime/system.ts';
import { ACCOUNTS, type Account } from './accounts.ts';

// Files below /home. Whoever can write there, such as a container that has a home as a volume, can put a link or a pipe in the place of anything.
// So a file is written with the rights of the owner that is named. Where those do not suffice, or root is the owner, it is written without
// following a link of anybody's, and through a file that did not exist before.

/** Seconds that a file may take: what is read or written there may be a pipe. */
const LIMIT = '20';

/** Larger files of a home are none that this program would change, in bytes. */
const MOST_BYTES = 2 ** 20;

export interface HomeFile {
  readonly path: string;
  /** A user and perhaps a group, by name or number, as chown(1) takes them. */
  readonly owner: string;
  /** Octal digits. */
  readonly mode: string;
  /** What the shell makes of `stdin`; as it is without it. */
  readonly unpack?: string;
  readonly stdin: string;
}

/** A path without `.`, `..` and empty parts. */
export function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Whether a path lies in somebody's home. */
export const isInHome = (path: string): boolean => /^\/home\/[^/]+\/./.test(plainPath(path));

/** Written beside, in a file of a name that nobody can know, and renamed. */
const AS_OWNER = `set -o pipefail
path=$1 mode=$2 unpack=$3
umask 022
mkdir -p "\${path%/*}/" || exit
[ ! -d "$path" ] || { echo "there is a folder of that name"; exit 1; }
new=$(mktemp "\${path%/*}/.ros.XXXXXXXXXX") || exit
trap 'rm -f "$new"' EXIT
eval "$unpack" >"$new" && chmod "$mode" "$new" && mv -T "$new" "$path"`;

/**
 * By root, anywhere. What is new is made under the condition that nothing has its name (noclobber: O_EXCL, which follows no link), and gets
 * its owner and mode through its descriptor. A file that is a mount of its own cannot be replaced: where nobody but root may put something
 * else there, it is written in place.
 */
export const AS_ROOT = `set -o pipefail
${ENTER}path=$1 mode=$2 unpack=$3
umask 022
enter "\${path%/*}" "$4" || exit
name=\${path##*/}
[ -L "$name" ] || [ ! -d "$name" ] || { echo "there is a folder of that name"; exit 1; }
new=./.ros.$$.$RANDOM$RANDOM$RANDOM
umask 077
set -C
exec 3>"$new" || exit
set +C
trap 'rm -f "$new"' EXIT
eval "$unpack" >&3 && chown "$4" /proc/self/fd/3 && chmod "$mode" /proc/self/fd/3 || exit
mv -T "$new" "./$name" 2>/dev/null && exit
closed && [ ! -L "$name" ] && cat "$new" >"./$name" || { echo "$path cannot be replaced"; exit 1; }`;

/** Writes a file below /home. The status is 0 where it was written, and the output says why not. */
export function writeInHome(system: System, file: HomeFile): Result {
  const { owner, stdin, mode, unpack = 'cat' } = file;
  const path = plainPath(file.path);
  const limited = ['timeout', '-k', '1', LIMIT];
  const words = [path, mode, unpack];
  const rights = rightsOf(owner);
  if (rights !== undefined) {
    const argv = [...limited, 'setpriv', ...rights, '--no-new-privs', 'bash', '-c', AS_OWNER, 'ros', ...words];
    const result = run(system, argv, { stdin, withErrors: true });
    if (result.status === 0 || result.status === TIMED_OUT) return inWords(result);
  }
  return inWords(run(system, [...limited, 'bash', '-c', AS_ROOT, 'ros', ...words, owner], { stdin, withErrors: true }));
}

/** Of `timeout`. */
const TIMED_OUT = 124;

const inWords = (result: Result): Result =>
  result.status === TIMED_OUT ? { ...result, stdout: `it took more than ${LIMIT} seconds` } : result;

/** What setpriv is told to become that owner; undefined for root, and for what it would not understand. */
function rightsOf(owner: string): readonly string[] | undefined {
  const [user = '', group = ''] = owner.split(':');
  if (user === '' || [user, group].some((each) => /^(root|0+)$/.test(each))) return undefined;
  const account = ACCOUNTS.find(({ name, id }) => name === user || String(id) === user);
  const own = group !== '' ? group : account === undefined ? undefined : String(account.id);
  return own === undefined ? undefined : [`--reuid=${user}`, `--regid=${own}`, '--clear-groups'];
}

const READ = '[ -f "$1" ] || exit 0; head -c "$2" "$1" 2>/dev/null';

/** Text of a file in the home of an account, read with its rights; empty where there is none that can be read. */
export function readInHome(system: System, { id }: Account, path: string): string {
  const rights = ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups', '--no-new-privs'];
  const argv = ['timeout', '-k', '1', LIMIT, ...rights, 'sh', '-c', READ, 'ros', path, String(MOST_BYTES)];
  const { status, stdout } = run(system, argv);
  return status === 0 ? stdout : '';
}
