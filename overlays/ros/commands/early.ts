import type { CloudConfig } from '../config/schema.ts';
import { loadConfig } from '../config/sources.ts';
import { tellProblems } from '../config/tell-problems.ts';
import { beginHostKeys } from '../console/host-keys.ts';
import { writeSystemDockerOptions } from '../docker/system-options.ts';
import { runBootCommands } from '../early/bootcmd.ts';
import { setClockFloor } from '../early/clock.ts';
import { setHostname } from '../early/hostname.ts';
import { showLog } from '../early/log-level.ts';
import { loadModules } from '../early/modules.ts';
import { setShutdownLimit } from '../early/shutdown-limit.ts';
import { setKernelSettings } from '../early/sysctl.ts';
import { takeOwnSerial } from '../install/own-serial.ts';
import { beginProxies } from '../network/proxy.ts';
import { eachStep } from '../runtime/steps.ts';
import type { System } from '../runtime/system.ts';
import { mountDisks } from '../state/state.ts';

type Step = (system: System, config: CloudConfig) => void;

const STEPS: readonly Step[] = [
  (system) => setClockFloor(system),
  showLog,
  setHostname,
  loadModules,
  setKernelSettings,
  setShutdownLimit,
  (system) => takeOwnSerial(system),
  beginProxies,
  writeSystemDockerOptions,
  beginHostKeys,
  // Those that only the state disk brought; all others were run before it was looked for.
  runBootCommands,
];

/**
 * Run by /usr/lib/ros/start before System Docker: mounts the disks and applies the configuration of the machine itself. A step that fails is
 * reported on the console, and the other steps run, because a machine that starts can be repaired.
 */
export function early(system: System): number {
  const first = loadConfig(system);
  // The state disk may need them, and a check of it looks at the clock.
  eachStep(system, [() => setClockFloor(system), () => loadModules(system, first.config)]);
  const { config, problems } = mountDisks(system, first);
  tellProblems(system, 'The configuration', problems);
  eachStep(
    system,
    STEPS.map((step) => () => step(system, config)),
  );
  return 0;
}
