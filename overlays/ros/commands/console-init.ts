import type { CloudConfig } from '../config/schema.ts';
import { loadConfig } from '../config/sources.ts';
import { makeAccounts, makeHomes } from '../console/accounts.ts';
import { authorizeKeys } from '../console/authorized-keys.ts';
import { dockerMachineKeys } from '../console/docker-machine.ts';
import { writeEnvironment } from '../console/environment.ts';
import { hostKeys } from '../console/host-keys.ts';
import { keepRunning } from '../console/kept-running.ts';
import { setPassword } from '../console/password.ts';
import { configureSshd, reloadSshd, stopSshd } from '../console/ssh-server.ts';
import { endIdleLogins, terminals } from '../console/terminals.ts';
import { eachStep } from '../runtime/steps.ts';
import type { System } from '../runtime/system.ts';

/**
 * Run by the console's script before the first login, and again when a datasource may have changed the configuration: who may
 * come in, and how. What runs already is changed only where it differs, so nobody who is logged in notices.
 */
export function consoleInit(system: System): number {
  const { config } = loadConfig(system);
  return eachStep(system, [
    () => makeAccounts(system),
    () => makeHomes(system),
    () => setPassword(system, config.rancher?.password),
    () => writeEnvironment(system, config),
    () => authorizeKeys(system, [...(config.ssh_authorized_keys ?? []), ...dockerMachineKeys(system)]),
    () => keepLoginsRunning(system, config),
  ]);
}

function keepLoginsRunning(system: System, { rancher }: CloudConfig): void {
  const places = terminals(system, system.readText('/proc/cmdline') ?? '', rancher?.autologin);
  const lines = new Map(places.map(({ name, command }) => [name, command]));
  const wantsSsh = rancher?.ssh?.daemon !== false;
  const isOther = wantsSsh && configureSshd(system, rancher?.ssh, hostKeys(system, rancher?.ssh?.keys));
  if (wantsSsh) lines.set('sshd', '/usr/sbin/sshd -D');
  const changed = keepRunning(system, lines);
  if (!wantsSsh && changed.includes('sshd')) stopSshd(system);
  else if (isOther) reloadSshd(system);
  endIdleLogins(system, changed);
}
