import type { Rancher } from '../config/schema.ts';
import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/** Read before all others: what sshd is told first holds. */
const DROP_IN = '/etc/ssh/sshd_config.d/00-ros.conf';

/** Nobody gets in with a password, whatever a file behind this one says. */
const KEYS_ONLY = `PasswordAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no
`;

/** sshd's configuration by rancher.ssh. */
export function sshdConfig(ssh: Rancher['ssh'], hostKeys: readonly string[]): string {
  const lines = [
    '# Written by `ros console-init` at each start, from rancher.ssh.',
    ...hostKeys.map((file) => `HostKey ${file}`),
    `Port ${ssh?.port ?? 22}`,
    ...(ssh?.listen_address === undefined ? [] : [`ListenAddress ${ssh.listen_address}`]),
  ];
  return `${lines.join('\n')}\n${KEYS_ONLY}`;
}

/** Writes sshd's configuration, and gives whether it is another one than before. */
export function configureSshd(system: System, ssh: Rancher['ssh'], hostKeys: readonly string[]): boolean {
  const text = sshdConfig(withAddress(system, ssh), hostKeys);
  if (system.readText(DROP_IN) === text) return false;
  run(system, ['mkdir', '-p', '/etc/ssh/sshd_config.d', '/run/sshd']);
  system.writeText(DROP_IN, text);
  return true;
}

/** Without a listen_address that is none: sshd would not start, and nobody could get in to mend it. */
function withAddress(system: System, ssh: Rancher['ssh']): Rancher['ssh'] {
  const address = ssh?.listen_address;
  if (address === undefined || /^[\w.:%[\]-]+$/.test(address)) return ssh;
  alarm(system, `rancher.ssh.listen_address: “${address.replace(/\s+/g, ' ')}” is no address; SSH listens on all`);
  const { listen_address: _, ...rest } = ssh ?? {};
  return rest;
}

/** Lets a running sshd read its configuration again; sessions stay. */
export function reloadSshd(system: System): void {
  signal(system, 'HUP');
}

/** Ends sshd, not the sessions. */
export function stopSshd(system: System): void {
  signal(system, 'TERM');
}

/** By its file and its name: the number in the file of a server that was killed may be somebody else's by now. */
function signal(system: System, name: 'HUP' | 'TERM'): void {
  run(system, ['pkill', `-${name}`, '-x', '-F', '/run/sshd.pid', 'sshd'], { withErrors: true });
}
