import { Failure, type Result, type System } from '../runtime/system.ts';

// Operations on files that need the shell: QuickJS can neither sync nor set a mode.

/**
 * Names of the files in a directory, sorted. Hidden files are left out, and so are the remains of an unfinished write of this program (any version)
 * or of an editor.
 */
export function filesIn(system: System, folder: string): readonly string[] {
  return system
    .files(folder)
    .filter((name) => !name.startsWith('.') && !LEFT.test(name))
    .sort();
}

/** `boot.yml.63` is how versions before this one wrote beside `boot.yml`. */
const LEFT = /~$|\.(new-by-ros|tmp|swp)$|\.ya?ml\.[0-9]+$/;
/** How this version does: hidden, and with a name that no other process takes, in whichever container it runs. */
const OURS = /^\..+\.ros-[0-9a-z]+$/;

/** Removes files that interrupted writes have left. For the start, when nothing writes yet. */
export function removeLeftovers(system: System, folders: readonly string[]): void {
  const left = folders.flatMap((folder) =>
    system.files(folder).flatMap((name) => (OURS.test(name) || OLD.test(name) ? [`${folder}/${name}`] : [])),
  );
  if (left.length > 0) system.runAll([{ argv: ['rm', '-f', '--', ...left] }]);
}

const OLD = /\.(new-by-ros|ya?ml\.[0-9]+)$/;

/** Writes beside and renames, so that after a power cut there is the old file or the new one. New folders are for root only. */
export function writeFile(system: System, path: string, text: string, mode = '0600'): void {
  const script = `umask 077
set -C
folder="\${1%/*}/"
new="$folder.\${1##*/}.ros-$3"
{ { [ -d "$folder" ] || mkdir -p "$folder"; } && cat >"$new" && { [ "$2" = 0600 ] || chmod "$2" "$new"; } && sync "$new" && mv "$new" "$1" && sync "$folder"; } || { rm -f "$new"; exit 1; }`;
  const { status } = shell(system, script, [path, mode, randomName()], text);
  if (status !== 0) throw new Failure(`${path} cannot be written; are you root, and is there room left?`);
}

function randomName(): string {
  return Math.floor(Math.random() * 2 ** 48).toString(36);
}

/** A pipe in the place of a file would be waited for; whoever names one of the kernel's means it. gzip passes on what it did not pack. */
const READ_PACKED = `case $1 in /dev/* | /proc/*) ;; *) [ -f "$1" ] || exit 1 ;; esac
[ -r "$1" ] && gzip -dcf <"$1" | head -c "$2"`;

/** Text of a file, unpacked where it was packed by gzip, and no more than `most` bytes of it. */
export function readPacked(system: System, path: string, most: number): string | undefined {
  const { status, stdout } = shell(system, READ_PACKED, [path, String(most)]);
  return status === 0 ? stdout : undefined;
}

function shell(system: System, script: string, words: readonly string[], stdin = ''): Result {
  const [result] = system.runAll([{ argv: ['sh', '-c', script, 'ros', ...words], stdin }]);
  return result ?? { status: 127, stdout: '' };
}
