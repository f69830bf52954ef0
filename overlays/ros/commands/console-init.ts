import type { CloudConfig } from '../config/schema.ts';
import { loadConfig } from '../config/sources.ts';
import { makeAccounts, makeHomes } from '../console/accounts.ts';
import { authorizeKeys } from '../console/authorized-keys.ts';
import { dockerMachineKeys } from '../console/docker-machine.ts';
import { proxies, writeEnvironment } from '../console/environment.ts';
import { isForeign } from '../console/foreign-image.ts';
import { hostKeys } from '../console/host-keys.ts';
import { keepRunning } from '../console/kept-running.ts';
import { mendLoginFiles } from '../console/login-files.ts';
import { setPassword } from '../console/password.ts';
import { respawned } from '../console/respawn.ts';
import { configureSshd, reloadSshd, SSHD, stopSshd, tellAgainstRules } from '../console/ssh-server.ts';
import { endIdleLogins, terminals } from '../console/terminals.ts';
import { linkVarRun } from '../console/var-run.ts';
import { eachStep, guard } from '../runtime/steps.ts';
import type { System } from '../runtime/system.ts';

/**
 * Run by the console's script before the first login, and again when a datasource may have changed the configuration: decides about logins. Running
 * programs are changed only where the configuration differs, so users who are logged in notice nothing. Each error is reported and affects only its
 * own part. The exit status says whether there is a login.
 */
export function consoleInit(system: System): number {
  const config = guard<CloudConfig>(system, () => loadConfig(system).config, {});
  eachStep(system, [
    () => linkVarRun(system),
    () => makeAccounts(system),
    () => mendLoginFiles(system),
    () => makeHomes(system),
    () => setPassword(system, config.rancher?.password),
    () => writeEnvironment(system, config),
    () => authorizeKeys(system, [...(config.ssh_authorized_keys ?? []), ...dockerMachineKeys(system)]),
  ]);
  return eachStep(system, [() => keepLoginsRunning(system, config)]);
}

function keepLoginsRunning(system: System, config: CloudConfig): void {
  const { rancher } = config;
  const foreign = isForeign(system);
  const places = guard(
    system,
    () => terminals(system, system.readText('/proc/cmdline') ?? '', rancher?.autologin, foreign),
    [],
  );
  const lines = new Map(places.map(({ name, command }) => [name, command]));
  for (const [index, line] of guard(system, () => respawned(system), []).entries()) lines.set(`respawn-${index}`, line);
  const wantsSsh = rancher?.ssh?.daemon !== false;
  let isOther = false;
  if (wantsSsh) {
    lines.set('sshd', SSHD);
    isOther = guard(system, () => prepareSshd(system, config, foreign), false);
  }
  const changed = keepRunning(system, lines);
  if (!wantsSsh && changed.includes('sshd')) stopSshd(system);
  else if (isOther) reloadSshd(system);
  endIdleLogins(system, changed);
}

/** Gives whether sshd's configuration is another one than before. */
function prepareSshd(system: System, config: CloudConfig, isForeign: boolean): boolean {
  const { ssh } = config.rancher ?? {};
  const hostKeyFiles = guard(system, () => hostKeys(system, ssh?.keys), []);
  const environment = isForeign ? proxies(config) : {};
  const isOther = configureSshd(system, { ssh, hostKeys: hostKeyFiles, isForeign, environment });
  if (isOther) tellAgainstRules(system);
  return isOther;
}
