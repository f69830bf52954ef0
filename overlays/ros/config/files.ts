import { Failure, type Result, type System } from '../runtime/system.ts';

// What the configuration needs of files beyond reading text. The shell does it: QuickJS can neither sync nor give a mode.

/** Names of the files in a folder that do not begin with a dot, sorted. */
export function filesIn(system: System, folder: string): readonly string[] {
  return system
    .files(folder)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

/** Writes beside and renames, so that after a power cut there is the old file or the new one. New folders are for root only. */
export function writeFile(system: System, path: string, text: string, mode = '0600'): void {
  const script = `umask 077
new="$1.$$"
{ { [ -d "\${1%/*}" ] || mkdir -p "\${1%/*}"; } && cat >"$new" && { [ "$2" = 0600 ] || chmod "$2" "$new"; } && sync "$new" && mv "$new" "$1" && sync "\${1%/*}"; } || { rm -f "$new"; exit 1; }`;
  const { status } = shell(system, script, [path, mode], text);
  if (status !== 0) throw new Failure(`${path} cannot be written; are you root, and is there room left?`);
}

/** Text of a file, unpacked where it was packed by gzip, and no more than `most` bytes of it. */
export function readPacked(system: System, path: string, most: number): string | undefined {
  // gzip passes on what it did not pack.
  const { status, stdout } = shell(system, 'test -r "$1" && gzip -dcf <"$1" | head -c "$2"', [path, String(most)]);
  return status === 0 ? stdout : undefined;
}

function shell(system: System, script: string, words: readonly string[], stdin = ''): Result {
  const [result] = system.runAll([{ argv: ['sh', '-c', script, 'ros', ...words], stdin }]);
  return result ?? { status: 127, stdout: '' };
}
