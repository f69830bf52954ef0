import { filesIn } from '../config/files.ts';
import type { System } from '../runtime/system.ts';

/** RancherOS 1 read them: a command line for each program that the console keeps running. */
const FILE = '/etc/respawn.conf';
const FOLDER = '/etc/respawn.conf.d';
/** The limit of the file's size, in characters; no file written by hand is longer. */
const MOST = 65536;

/** Logins that the console keeps running anyway, as RancherOS 1 wrote them into its own file. */
const OURS = /^(\S*\/)?(agetty|getty|sshd)(\s|$)/;

/** Command lines of the user's own that the console keeps running beside its logins. */
export function respawned(system: System): readonly string[] {
  const files = [FILE, ...filesIn(system, FOLDER).map((name) => `${FOLDER}/${name}`)];
  const lines = files.flatMap((file) => (system.readText(file, MOST) ?? '').split('\n')).map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== '' && !line.startsWith('#') && !OURS.test(line)))];
}
