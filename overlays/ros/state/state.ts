import { removeLeftovers } from '../config/files.ts';
import type { CloudConfig } from '../config/schema.ts';
import { CLOUD_CONFIG_FOLDER, CONF, type LoadedConfig, loadConfig } from '../config/sources.ts';
import { CONSOLES_FOLDER } from '../console/consoles.ts';
import { configuredConsole, consoleSpec } from '../console/replace-console.ts';
import { runBootCommands } from '../early/bootcmd.ts';
import { alarm } from '../runtime/kernel-log.ts';
import { must } from '../runtime/run.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { eachStep } from '../runtime/steps.ts';
import type { System } from '../runtime/system.ts';
import { findServices } from '../services/config.ts';
import { blockDevices } from './block-devices.ts';
import { isOnDisk, prepareDataRoot } from './data-root.ts';
import { awaitDiskDrivers } from './disk-drivers.ts';
import { obtainState, type StateDisk } from './find-state-disk.ts';
import { bindFolders, SYSTEM_DOCKER } from './folders.ts';
import { resizeDevice } from './grow.ts';
import { mountBoot, mountOem, turnOnSwap } from './other-disks.ts';
import { userFolders } from './user-folders.ts';

/** Mark for the system's start: a shell was requested instead of the system. */
const RECOVERY = '/run/ros/recovery';

/**
 * Finds and mounts all disks that mean something, and puts the folders that must survive a restart on the state disk. Gives the
 * configuration that holds then: the OEM disk and the state disk both bring some.
 */
export function mountDisks(system: System, first: LoadedConfig): LoadedConfig {
  let loaded = first;
  let recovers = false;
  const lookForRecovery = () => {
    if (recovers || loaded.config.rancher?.recovery !== true) return;
    recovers = true;
    system.writeText(RECOVERY, '');
  };
  lookForRecovery();
  awaitDiskDrivers(system);
  let devices = blockDevices(system);
  let again = false;
  eachStep(system, [
    () => {
      again = mountOem(system, first.config, devices);
    },
  ]);
  if (again) loaded = loadConfig(system);
  lookForRecovery();
  // They may make the state disk available: assemble it, open it, wait for it.
  if (loaded.config.bootcmd !== undefined) {
    eachStep(system, [() => runBootCommands(system, loaded.config)]);
    devices = blockDevices(system);
  }
  let state: StateDisk | undefined;
  eachStep(system, [
    () => {
      state = obtainState(system, loaded.config.rancher?.state ?? {}, { recovers, devices });
    },
  ]);
  if (state !== undefined) {
    eachStep(system, [
      () => bindFolders(system, loaded.config.rancher?.state?.directory),
      () => removeLeftovers(system, [CONF, CLOUD_CONFIG_FOLDER, CONSOLES_FOLDER]),
    ]);
    loaded = loadConfig(system);
    lookForRecovery();
    const further = userFolders(loaded.config);
    if (further.length > 0)
      eachStep(system, [() => bindFolders(system, loaded.config.rancher?.state?.directory, further)]);
    if (!recovers && isOnDisk(system)) readySystemDocker(system, loaded.config);
  }
  const now = state?.beside ?? devices;
  eachStep(system, [
    () => mountBoot(system, loaded.config, now),
    () => turnOnSwap(system, now),
    () => {
      const resize = loaded.config.rancher?.resize_device;
      if (resize !== undefined) resizeDevice(system, resize, state?.path);
    },
  ]);
  return loaded;
}

/** Without its storage there is no system at all; memory always does. */
function readySystemDocker(system: System, config: CloudConfig): void {
  try {
    prepareDataRoot(system, () => {
      // Without a definition nothing is kept; `sysinit` makes the console anew.
      if (config.rancher?.force_console_rebuild === true) return undefined;
      const services = configuredConsole(system, findServices(system, config).services, config);
      return consoleSpec(system, config, services);
    });
  } catch (error) {
    alarm(
      system,
      `System Docker's storage on the state disk cannot be used, so its containers live in memory: ${sentenceOf(error)}`,
    );
    must(system, ['umount', SYSTEM_DOCKER]);
  }
}
