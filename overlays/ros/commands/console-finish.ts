import { loadConfig } from '../config/sources.ts';
import { mountGiven } from '../console/mounts.ts';
import { onceInConsole, onceInStart } from '../console/once.ts';
import { restartServices } from '../console/restart-services.ts';
import { RC_LOCAL, runStartScript, START_SCRIPT, USER_DATA_SCRIPT } from '../console/scripts.ts';
import { reloadSshd } from '../console/ssh-server.ts';
import { isForConsole, writeGivenFiles } from '../console/write-files.ts';
import { Engine } from '../docker/engine.ts';
import { writeRegistryAuths } from '../docker/registry-auths.ts';
import { due } from '../runtime/claims.ts';
import { note } from '../runtime/kernel-log.ts';
import { eachStep } from '../runtime/steps.ts';
import type { System } from '../runtime/system.ts';
import { runUserCommands } from '../runtime/user-commands.ts';
import { readServices } from '../services/config.ts';
import { lateFiles } from '../services/given-files.ts';
import { bindUserFolders } from '../state/user-folders.ts';

/** Another script, which a datasource brought later, is another one to run. */
function runUserDataScript(system: System): void {
  const script = system.readText(USER_DATA_SCRIPT.path);
  if (script === undefined || due(system, 'cloud-config-script', [script]).size === 0) return;
  runStartScript(system, USER_DATA_SCRIPT);
}

/**
 * Run by the console's script in the background, when all of the configuration is known: files, mounts, commands and scripts
 * that the user gave, in this order. Logins work already, and a command may take as long as it likes. Run again when a datasource has
 * brought something late: each file, command and script that is given is dealt with once in a start.
 */
export function consoleFinish(system: System): number {
  const { config } = loadConfig(system);
  const files = config.write_files ?? [];
  const commands = config.runcmd ?? [];
  const here = files.filter(isForConsole);
  const elsewhere = () => {
    const services = readServices(system);
    const there = new Set(new Engine(system).list().map(({ name }) => name));
    const late = lateFiles(system, config, (name) => services.has(name) && !there.has(name));
    const fresh = due(system, 'write_files', late);
    return late.filter((_, index) => fresh.has(index));
  };
  const status = eachStep(system, [
    () => writeRegistryAuths(system, config),
    () =>
      onceInConsole(system, here, (fresh) => {
        writeGivenFiles(system, fresh);
        if (fresh.some(({ path }) => path.startsWith('/etc/ssh/'))) reloadSshd(system);
      }),
    ...(here.length < files.length ? [() => writeGivenFiles(system, elsewhere())] : []),
    ...(config.mounts ?? []).map((entry) => () => mountGiven(system, entry)),
    () => bindUserFolders(system, config),
    // The user's Docker waits for it, where the configuration mounts or writes something.
    () => system.writeText('/run/ros/console/prepared', ''),
    ...(commands.length > 0
      ? [
          () =>
            runUserCommands(system, {
              key: 'runcmd',
              commands,
              log: '/var/log/runcmd.log',
              due: due(system, 'runcmd', commands),
            }),
        ]
      : []),
    ...(config.rancher?.restart_services === undefined
      ? []
      : [() => onceInStart(system, 'restart_services', () => restartServices(system, config))]),
    () => runUserDataScript(system),
    () => onceInStart(system, 'start.sh', () => runStartScript(system, START_SCRIPT)),
  ]);
  // As in RancherOS 1, scripts outside may wait for it.
  system.writeText('/run/console-done', '');
  const last = eachStep(system, [() => onceInStart(system, 'rc.local', () => runStartScript(system, RC_LOCAL))]);
  note(system, 'the console is prepared');
  return status | last;
}
