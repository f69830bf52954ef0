import type { Rancher } from '../config/schema.ts';
import { againstRules, RULES } from '../config/ssh-rules.ts';
import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { FOREIGN } from './foreign-image.ts';

const FOLDER = '/run/ros/console';
/** sshd's configuration, which includes the user's own file at its end. */
const CONFIG = `${FOLDER}/sshd_config`;
/** The same without that file: for when sshd refuses it. */
const OWN_CONFIG = `${FOLDER}/sshd_config.own`;
const RULES_FILE = `${FOLDER}/sshd_rules`;
const USERS_CONFIG = '/etc/ssh/sshd_config';
/** Read by sshd of an earlier release. */
const OLD_DROP_IN = '/etc/ssh/sshd_config.d/00-ros.conf';
/** Characters of the user's own file that are checked. */
const MOST = 65536;
const PID_FILE = '/run/sshd.pid';

/** Starts sshd by CONFIG or OWN_CONFIG, whichever it takes. */
export const SSHD = '/usr/lib/ros/sshd';

const lines = RULES.map(([key, value]) => `${key} ${value}`);

/**
 * The same in a block for everybody. The first matching block wins over later ones and over the settings outside of blocks; only lists of groups are
 * joined, so users outside the right group are excluded by another setting. In a file of its own, a block ends with the file (sshd_config(5),
 * Include and Match).
 */
const RULES_TEXT = `Match Group *,!docker\n\tDenyUsers *\nMatch all\n${lines.map((line) => `\t${line}\n`).join('')}`;
const KEY_METHODS = '\tAuthenticationMethods publickey\n';

/** What sshd's configuration depends on. */
export interface SshServer {
  readonly ssh: Rancher['ssh'];
  /** Files of the machine's own keys. */
  readonly hostKeys: readonly string[];
  /** The console is another system: sshd and its parts come from the release, and know no PAM. */
  readonly isForeign?: boolean;
  /** PAM's own configuration cannot be used. */
  readonly isWithoutPam?: boolean;
  /** Variables that PAM would have given to a login. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** sshd's configuration from rancher.ssh; the first value of a setting holds. `users` is the file included at the end, if there is one. */
export function sshdConfig(server: SshServer, users?: string): string {
  const { ssh, hostKeys, isForeign = false, isWithoutPam = isForeign, environment = {} } = server;
  const variables = Object.entries(environment).filter(([, value]) => !/["\n\0]/.test(value));
  const parts = [
    '# Written by `ros console-init` at each start, from rancher.ssh. Settings of yours belong into /etc/ssh/sshd_config.',
    `Include ${RULES_FILE}`,
    ...hostKeys.map((file) => `HostKey ${file}`),
    ...(ssh?.port === undefined ? [] : [`Port ${ssh.port}`]),
    ...(ssh?.listen_address === undefined ? [] : [`ListenAddress ${ssh.listen_address}`]),
    ...lines,
    `PidFile ${PID_FILE}`,
    ...(isWithoutPam ? ['UsePAM no'] : []),
    ...(isWithoutPam && variables.length > 0
      ? [`SetEnv ${variables.map(([name, value]) => `"${name}=${value}"`).join(' ')}`]
      : []),
    ...(isForeign ? [`SshdSessionPath ${FOREIGN}/sshd-session`, `SshdAuthPath ${FOREIGN}/sshd-auth`] : []),
    ...(users === undefined ? DEFAULTS : [`Include ${users}`]),
  ];
  return `${parts.join('\n')}\n`;
}

/** Without a file of the user's or the image's. */
const DEFAULTS = [
  'PrintMotd no',
  'UseDNS no',
  'UsePAM yes',
  'AcceptEnv LANG LC_* COLORTERM NO_COLOR',
  'Subsystem sftp internal-sftp',
];

/** Writes sshd's configuration, and gives whether it is another one than before. */
export function configureSshd(system: System, server: SshServer): boolean {
  const sound = { ...server, ssh: withAddress(system, server.ssh) };
  const wantsMore = wantsMoreThanKeys(system.readText(USERS_CONFIG, MOST) ?? '');
  const texts = [
    [RULES_FILE, wantsMore ? `${RULES_TEXT}${KEY_METHODS}` : RULES_TEXT],
    [OWN_CONFIG, sshdConfig(sound)],
    [CONFIG, sshdConfig(sound, USERS_CONFIG)],
  ] as const;
  const changed = texts.filter(([file, text]) => system.readText(file) !== text);
  if (changed.length === 0) return false;
  run(system, ['sh', '-c', 'mkdir -p "$1" /run/sshd; rm -f "$2"', 'ros', FOLDER, OLD_DROP_IN]);
  for (const [file, text] of changed) system.writeText(file, text);
  return true;
}

/** Leaves out an invalid listen_address: sshd would not start, and nobody could log in to correct it. */
function withAddress(system: System, ssh: Rancher['ssh']): Rancher['ssh'] {
  const address = ssh?.listen_address;
  if (address === undefined || /^[\w.:%[\]-]+$/.test(address)) return ssh;
  alarm(system, `rancher.ssh.listen_address: “${address.replace(/\s+/g, ' ')}” is no address; SSH listens on all`);
  const { listen_address: _, ...rest } = ssh ?? {};
  return rest;
}

/** Whether the user's own file requires an authentication method that is disabled here, so that no login would be possible. */
function wantsMoreThanKeys(text: string): boolean {
  const asked = /^\s*AuthenticationMethods[\s=]+(.*)$/im.exec(text)?.[1]?.trim().split(/\s+/) ?? ['any'];
  return !asked.some((list) => list === 'any' || list.split(',').every((method) => method === 'publickey'));
}

/** Reports settings of the user's own file that have no effect. */
export function tellAgainstRules(system: System): void {
  for (const sentence of againstRules(system.readText(USERS_CONFIG, MOST) ?? '', USERS_CONFIG)) alarm(system, sentence);
}

/** Lets a running sshd read its configuration again; sessions stay. One that runs without the user's own file ends, and is started anew. */
export function reloadSshd(system: System): void {
  if (signal(system, 'TERM', OWN_CONFIG.replaceAll('.', '\\.')) !== 0) signal(system, 'HUP', 'sshd');
}

/** Ends sshd, not the sessions. */
export function stopSshd(system: System): void {
  signal(system, 'TERM', 'sshd');
}

/**
 * Identified by its pid file and its command line: the number of a killed server may belong to another process, and in a console of another system
 * the process has the loader's name.
 */
function signal(system: System, name: 'HUP' | 'TERM', words: string): number {
  return run(system, ['pkill', `-${name}`, '-f', '-F', PID_FILE, words], { withErrors: true }).status;
}
