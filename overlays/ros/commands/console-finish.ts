import type { CloudConfig, WriteFile } from '../config/schema.ts';
import { loadConfig } from '../config/sources.ts';
import { plainPath } from '../console/home-files.ts';
import { mountGiven } from '../console/mounts.ts';
import { dueInConsole, onceInStart } from '../console/once-per-start.ts';
import { restartServices } from '../console/restart-services.ts';
import { RC_LOCAL, runStartScript, START_SCRIPT, USER_DATA_SCRIPT } from '../console/scripts.ts';
import { reloadSshd, tellAgainstRules } from '../console/ssh-server.ts';
import { isForConsole, writeGivenFiles } from '../console/write-files.ts';
import { writeRegistryAuths } from '../docker/registry-auths.ts';
import { due } from '../runtime/claims.ts';
import { note } from '../runtime/kernel-log.ts';
import { eachStep, guard } from '../runtime/steps.ts';
import type { System } from '../runtime/system.ts';
import { runUserCommands } from '../runtime/user-commands.ts';
import { readServices } from '../services/config.ts';
import { writeLateFiles } from '../services/container-files.ts';
import { bindUserFolders } from '../state/user-folders.ts';
import { consoleInit } from './console-init.ts';

/** Another script, which a datasource brought later, is another one to run. */
function runUserDataScript(system: System): void {
  const script = system.readText(USER_DATA_SCRIPT.path);
  if (script === undefined) return;
  const fresh = due(system, 'cloud-config-script', [script]);
  if (!fresh.has(0)) return;
  fresh.settle(0);
  runStartScript(system, USER_DATA_SCRIPT);
}

/** Files that decide about logins, and about the commands that the console keeps running. */
const OF_LOGINS = /^\/etc\/(passwd|shadow|group|nsswitch\.conf|environment|pam\.d\/|respawn\.conf)/;

/** Applies changes of those files. An error in them never costs the login. */
function lookAgain(system: System, files: readonly WriteFile[]): void {
  const paths = files.map(({ path }) => plainPath(path));
  if (paths.some((path) => OF_LOGINS.test(path))) guard(system, () => consoleInit(system), 1);
  if (!paths.some((path) => path.startsWith('/etc/ssh/'))) return;
  tellAgainstRules(system);
  reloadSshd(system);
}

/**
 * Run by the console's script in the background when the whole configuration is known: files, mounts, commands and scripts of the user, in this
 * order. Logins work already, and a command may take any time. Run again when a datasource has brought something late, or the console was started again in the middle: each file, command and script
 * is handled once in a start.
 */
export function consoleFinish(system: System): number {
  const config = guard<CloudConfig>(system, () => loadConfig(system).config, {});
  const files = config.write_files ?? [];
  const commands = config.runcmd ?? [];
  const here = files.filter(isForConsole);
  const status = eachStep(system, [
    () => writeRegistryAuths(system, config),
    ...(here.length > 0
      ? [() => lookAgain(system, writeGivenFiles(system, here, dueInConsole(system, 'console-files', here)))]
      : []),
    ...(here.length < files.length ? [() => writeLateFiles(system, config, readServices(system))] : []),
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
