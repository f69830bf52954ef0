import type { CloudConfig } from '../config/schema.ts';
import { runBootCommands } from '../early/bootcmd.ts';
import { setHostname } from '../early/hostname.ts';
import { loadModules } from '../early/modules.ts';
import { setKernelSettings } from '../early/sysctl.ts';
import { alarm } from '../runtime/kernel-log.ts';
import { must, run } from '../runtime/run.ts';
import { eachStep } from '../runtime/steps.ts';
import type { System } from '../runtime/system.ts';
import { bringServices } from '../services/late-config.ts';

/** Seconds in which files, mounts and commands of a late configuration are waited for before its services start; a command may take longer. */
const FINISH_LIMIT = 120;

/** Applies again the settings that were applied before the datasources were asked and that may differ now. Returns the exit status. */
export function applyChanged(system: System, before: CloudConfig, now: CloudConfig): number {
  const isOther = (part: (config: CloudConfig) => unknown) =>
    JSON.stringify(part(before)) !== JSON.stringify(part(now));
  return eachStep(system, [
    // Commands that are known only now come late; but the machine would run them at its next start.
    () => runBootCommands(system, now),
    ...(isOther(({ hostname }) => hostname) ? [() => setHostname(system, now)] : []),
    ...(isOther(({ rancher }) => rancher?.modules) ? [() => loadModules(system, now)] : []),
    ...(isOther(({ rancher }) => rancher?.sysctl) ? [() => setKernelSettings(system, now)] : []),
    ...(isOther(({ hostname, rancher }) => [hostname, rancher?.network, rancher?.dns])
      ? [() => applyNetwork(system)]
      : []),
    ...(now.rancher?.state !== undefined && isOther(({ rancher }) => rancher?.state)
      ? [() => tellStateIsLate(system)]
      : []),
  ]);
}

/** Includes the hostname, which DHCP servers are told. The service network waits for addresses. */
function applyNetwork(system: System): void {
  must(system, ['ros', 'netconf', '--no-wait']);
}

function tellStateIsLate(system: System): void {
  alarm(
    system,
    'rancher.state comes from a datasource, and so too late: the disk for the state is looked for before any datasource is asked. Write it on the kernel command line instead, such as rancher.state.dev=LABEL=RANCHER_STATE rancher.state.autoformat=[/dev/sda].',
  );
}

/**
 * Applies a configuration that comes when console and services already run: logins; then files, mounts, commands and scripts, each once in a start;
 * then services and Docker's options.
 */
export function applyToRunning(system: System, before: CloudConfig, now: CloudConfig): number {
  return eachStep(system, [
    () => void inConsole(system, ['ros', 'console-init']),
    () => finishConsole(system),
    () => bringServices(system, before, now),
  ]);
}

/** This may run in another container than the console's. */
function inConsole(system: System, argv: readonly string[]): string {
  return must(system, ['system-docker', 'exec', 'console', ...argv]);
}

/** A process started by `exec` continues when the waiting process is ended. */
function finishConsole(system: System): void {
  const argv = ['timeout', String(FINISH_LIMIT), 'system-docker', 'exec', 'console', 'ros', 'console-finish'];
  const { status } = run(system, argv, { withErrors: true });
  if (status === 124) {
    alarm(
      system,
      `runcmd or a script of the configuration still runs after ${FINISH_LIMIT} seconds; services are started beside it`,
    );
  }
}
