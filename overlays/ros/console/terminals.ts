import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { FOREIGN } from './foreign-image.ts';

/** A terminal with a login on it. */
export interface Terminal {
  /** Below /dev. */
  readonly name: string;
  readonly isAutomatic: boolean;
  /** agetty's command line. */
  readonly command: string;
}

const SCREENS = ['tty1', 'tty2', 'tty3', 'tty4', 'tty5', 'tty6'];
const SPEEDS = ['115200', '38400', '9600'];

/** Those names with a device: the kernel shows serial ports that the machine does not have, as type 0. */
const PRESENT = `for name; do
	[ -c "/dev/$name" ] || continue
	[ "$(cat "/sys/class/tty/$name/type" 2>/dev/null)" = 0 ] || echo "$name"
done`;

/** Terminals for a login: the screens, each console= of the kernel command line, and those with automatic login. */
export function terminals(
  system: System,
  kernelLine: string,
  autologin: string | readonly string[] = [],
  isForeign = false,
): readonly Terminal[] {
  const agetty = isForeign ? foreignGetty(system) : 'agetty';
  const automatic = new Set([autologin].flat().map((name) => name.replace(/^\/dev\//, '')));
  const speeds = new Map(
    [...kernelLine.matchAll(/(?:^|\s)console=([A-Za-z0-9]+)(?:,(\d+))?/g)].map(([, name = '', speed]) => [name, speed]),
  );
  // tty0 is whichever screen shows.
  const names = [...SCREENS, ...speeds.keys(), ...automatic].filter(
    (name) => /^[A-Za-z]+\d*$/.test(name) && name !== 'tty0' && name !== 'tty',
  );
  const { stdout } = run(system, ['sh', '-c', PRESENT, 'ros', ...new Set(names)]);
  return stdout
    .split('\n')
    .filter((name) => name !== '')
    .map((name) => {
      const isAutomatic = automatic.has(name);
      return { name, isAutomatic, command: `${agetty} ${gettyWords(name, isAutomatic, speeds.get(name))}` };
    });
}

/**
 * The release's agetty and, where the image has no login, the release's login. That uses PAM, whose modules and rules the image lacks as well: it
 * gets the release's.
 */
function foreignGetty(system: System): string {
  const { stdout } = run(system, ['sh', '-c', LEND_LOGIN, 'ros', FOREIGN]);
  return `${FOREIGN}/agetty${stdout.trim() === '' ? '' : ` --login-program ${stdout.trim()}`}`;
}

const LEND_LOGIN = `[ ! -x /bin/login ] || exit 0
for modules in /run/rancher/release/usr/lib/*-linux-gnu/security; do
	place=\${modules#/run/rancher/release}
	[ -e "$place" ] || { mkdir -p "\${place%/*}" && ln -s "$modules" "$place"; }
done
[ -e /etc/pam.d/login ] || { mkdir -p /etc/pam.d && printf '%s required pam_unix.so\n' auth account session >/etc/pam.d/login; }
echo "$1/login"`;

function gettyWords(name: string, isAutomatic: boolean, speed: string | undefined): string {
  const line = ['--noclear', ...(isAutomatic ? ['--autologin', 'rancher'] : []), name];
  if (/^tty\d+$/.test(name)) return line.join(' ');
  const speeds = new Set([...(speed === undefined ? [] : [speed]), ...SPEEDS]);
  return [...line, [...speeds].join(','), 'vt220'].join(' ');
}

/** By its command line: a process that a loader runs has the loader's name. */
const GETTY = '^([^ ]*/ld-linux[^ ]* .*|[^ ]*/)?agetty --noclear';

/** Ends login prompts without input, so that they restart with their new command lines. */
export function endIdleLogins(system: System, names: readonly string[]): void {
  const commands = names.map((name) => ({ argv: ['pkill', '-f', '-t', name, GETTY] }));
  if (commands.length > 0) system.runAll(commands);
}
