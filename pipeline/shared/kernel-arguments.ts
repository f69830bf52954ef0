import type { Arch } from '../core/step.ts';

/** How a kernel is started: by an ISO's menu, over the network, by an installed disk's menu, or by the firmware that reads an SD card. */
export type BootMedium = 'iso' | 'network' | 'disk' | 'card';

/** What a menu offers beside the plain start. */
export type MenuChoice = 'debug' | 'login' | 'memory' | 'recovery';

/** The disk that keeps the machine's state, which is waited for. */
const STATE = 'rancher.state.dev=LABEL=RANCHER_STATE rancher.state.wait';

/**
 * The screen and the serial port, which becomes /dev/console as the last one that exists. The speed is written down because the kernel's
 * default is 9600 baud, while GRUB and the logins use 115200. Arm has a port of its own, ttyAMA0, and servers with a PC's port, ttyS0.
 */
const CONSOLES: { readonly [arch in Arch]: string } = {
  amd64: 'console=tty1 console=ttyS0,115200',
  arm64: 'console=tty1 console=ttyS0,115200 console=ttyAMA0,115200',
};

/** On a Raspberry Pi the port on the pins is the second one, because Bluetooth has the first. */
const CARD_CONSOLES = 'console=tty1 console=ttyS1,115200';

/** Where the live system logs its user in without a password. Ports that the machine does not have are left out by it. */
const LOGINS: { readonly [arch in Arch]: string } = {
  amd64: autologin('tty1', 'ttyS0', 'ttyS1'),
  arm64: autologin('tty1', 'ttyS0', 'ttyAMA0'),
};

/**
 * What a medium adds to the arguments of every start. `quiet` is missing over the network: such a start has no menu in which its messages
 * could be asked for. An ISO names its label, so that the system comes from it even where a disk with the system is found sooner.
 */
const OF_MEDIUM: { readonly [medium in BootMedium]: (arch: Arch) => string } = {
  iso: (arch) => `rancher.boot=LABEL=RancherOS ${LOGINS[arch]} quiet`,
  network: (arch) => LOGINS[arch],
  disk: () => `${STATE} quiet`,
  card: () => `${STATE} quiet`,
};

/** What a choice of a menu adds. The arguments of a disk's login are the same for all processors, as those of the live system are not. */
const OF_CHOICE: { readonly [choice in MenuChoice]: (arch: Arch) => string } = {
  debug: () => 'rancher.debug=true loglevel=7',
  login: (arch) => LOGINS[arch],
  memory: () => 'rancher.toram',
  recovery: () => 'rancher.recovery=true',
};

/** Choices of each menu. */
const CHOICES = { iso: ['memory', 'debug'], disk: ['debug', 'login', 'recovery'] } as const;

/** Arguments that `/init` and the boot loader read; they are no configuration of the machine. */
export const INIT_ARGUMENTS: ReadonlySet<string> = new Set(['rancher.boot', 'rancher.slot', 'rancher.toram']);

/**
 * Makes an ISO format the first of these disks that is blank as its state disk. It waits, so that a disk that comes late is found before
 * everything lives in memory (v1.5.8 had the same three).
 */
export const AUTOFORMAT = `rancher.state.autoformat=[/dev/sda,/dev/vda] ${STATE}`;

/**
 * The kernel's command line, without what only the medium itself knows: its file system's UUID and slot, and `append`, which stands last so
 * that it wins. `added` are the words of a project, which stand behind those of the release.
 */
export function kernelArguments(medium: BootMedium, arch: Arch, added = ''): string {
  const consoles = medium === 'card' ? CARD_CONSOLES : CONSOLES[arch];
  return `${consoles} printk.devkmsg=on panic=10 ${OF_MEDIUM[medium](arch)} ${added}`.trimEnd();
}

/** The variables that a menu of GRUB takes its command lines from: `arguments`, and one for each choice, by its name. */
export function menuArguments(
  medium: keyof typeof CHOICES,
  arch: Arch,
  added = '',
): { readonly [variable: string]: string } {
  const choices = CHOICES[medium].map((choice): [string, string] => [choice, OF_CHOICE[choice](arch)]);
  return { arguments: kernelArguments(medium, arch, added), ...Object.fromEntries(choices) };
}

function autologin(...terminals: readonly string[]): string {
  return terminals.map((name) => `rancher.autologin=${name}`).join(' ');
}
