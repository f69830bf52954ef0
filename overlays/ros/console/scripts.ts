import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { runLogged } from '../runtime/user-commands.ts';

/** A script that is run once in a start, and where its output goes. */
export interface StartScript {
  readonly path: string;
  readonly log: string;
  /** It is run although it may not be executed. */
  readonly isAlwaysRun: boolean;
}

export const USER_DATA_SCRIPT: StartScript = {
  path: '/var/lib/rancher/conf/cloud-config-script',
  log: '/var/log/cloud-config-script.log',
  isAlwaysRun: true,
};
export const START_SCRIPT: StartScript = {
  path: '/opt/rancher/bin/start.sh',
  log: '/var/log/start.sh.log',
  isAlwaysRun: true,
};
/** As everywhere else, one that may not be executed is not meant. */
export const RC_LOCAL: StartScript = { path: '/etc/rc.local', log: '/var/log/rc.local.log', isAlwaysRun: false };

/** Says by its status which way it goes: 10 not there, 11 it may not be executed, 12 it names no interpreter. */
const LOOK = `[ -s "$1" ] || exit 10
[ -x "$1" ] || [ "$2" = true ] || exit 11
[ -x "$1" ] || chmod u+x "$1"
[ "$(head -c 2 "$1" | tr -d '\\0')" = '#!' ] || exit 12`;

export function runStartScript(system: System, { path, log, isAlwaysRun }: StartScript): void {
  const { status: look } = run(system, ['sh', '-c', LOOK, 'ros', path, String(isAlwaysRun)]);
  if (look === 10 || look === 11) return;
  const status = runLogged(system, log, look === 12 ? ['sh', path] : [path]);
  if (status !== 0) alarm(system, `${path} ended with status ${status}; its output stands in ${log}`);
}
