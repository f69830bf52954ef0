import type { CloudConfig } from '../config/schema.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { must, run } from '../runtime/run.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import type { System } from '../runtime/system.ts';
import { assembleDisks, isAssembled, tellOfEncryption } from './assemble.ts';
import { type BlockDevice, blockDevices, findDevice, findDevices, listOf } from './block-devices.ts';
import { chooseDevice, twins } from './choose-device.ts';
import { loadDiskDrivers } from './disk-drivers.ts';
import { B2D_LABEL, formatFirst, type Judged, STATE_LABEL } from './format.ts';
import { mountState } from './mount.ts';

type StateOptions = NonNullable<NonNullable<CloudConfig['rancher']>['state']>;

/** Where docker-machine's drivers put the disk that they prepared. */
const DOCKER_MACHINE_DISKS = ['/dev/sda', '/dev/vda'];
const LOOK_MS = 500;
const PATIENT_MS = 30_000;
const IMPATIENT_MS = 3000;
const REMIND_MS = 5000;

/** Whether a state disk is configured. A machine without one keeps everything in memory, and says so. */
export const isWanted = (options: StateOptions): boolean =>
  options.dev !== undefined || autoformatOf(options).length > 0;

const autoformatOf = ({ autoformat = [] }: StateOptions): readonly string[] =>
  typeof autoformat === 'string' ? [autoformat] : autoformat;

/** The state disk that was found, and all that was seen beside it. */
export interface StateDisk {
  readonly path: string;
  readonly beside: readonly BlockDevice[];
}

/**
 * Finds the state disk, formats one where that is allowed, and mounts it. Returns undefined where there is none and none is required. A required one
 * is waited for without limit, with a reminder on the console and a shell.
 */
export function obtainState(
  system: System,
  options: StateOptions,
  { recovers, devices: first }: { readonly recovers: boolean; readonly devices: readonly BlockDevice[] },
): StateDisk | undefined {
  tellOfEncryption(system, options);
  assembleDisks(system, options, { tells: true });
  if (options.script !== undefined) run(system, ['timeout', '60', 'sh', '-c', options.script]);
  const begin = isAssembled(options) || options.script !== undefined ? blockDevices(system) : first;
  if (!isWanted(options)) {
    const made = obtainDockerMachines(system, begin);
    if (made === undefined && !recovers) tellOfUnused(system, begin);
    return made;
  }
  for (const sentence of twins(begin)) alarm(system, sentence);
  const required = options.required === true && !recovers;
  const patience = (options.wait === true || required) && !recovers ? PATIENT_MS : IMPATIENT_MS;
  const wanted = options.dev ?? `LABEL=${STATE_LABEL}`;
  const start = system.now();
  let reminded = start + patience - REMIND_MS;
  const judged: Judged = new Map();
  let before = '';
  let offered = false;
  for (let look = 0; ; look++) {
    const devices = look === 0 ? begin : blockDevices(system);
    const seen = devices.map(({ path }) => path).join(' ');
    // Drivers look for their disks in their own time: nothing is formatted before two looks in a row agree.
    const settled = look > 0 && seen === before;
    before = seen;
    const { disk, error } = attempt(system, { wanted, options, devices, settled, judged });
    if (disk !== undefined) {
      if (offered) withdrawShell(system);
      return disk;
    }
    const now = system.now();
    const sentence = `${error} There are: ${listOf(devices)}.`;
    if (!required && now - start >= patience) {
      alarm(system, `${sentence} EVERYTHING LIVES IN MEMORY and is lost at the next restart.`);
      tellLogins(system, error);
      return undefined;
    }
    if (required && now - reminded >= REMIND_MS && !isSomebodyThere(system)) {
      reminded = now;
      alarm(system, `${sentence} The state disk is required: looking again; press Enter for a shell.`);
      if (!offered) offerShell(system);
      offered = true;
    }
    system.sleep(LOOK_MS);
    loadDiskDrivers(system, { all: look > 0 });
    // An array that lacks a disk starts without it when there is no time left to wait for that.
    assembleDisks(system, options, { degraded: system.now() - start + 2 * LOOK_MS >= patience });
  }
}

interface Attempt {
  readonly disk?: StateDisk;
  readonly error: string;
}

function attempt(
  system: System,
  {
    wanted,
    options,
    devices,
    settled,
    judged,
  }: {
    readonly wanted: string;
    readonly options: StateOptions;
    readonly devices: readonly BlockDevice[];
    readonly settled: boolean;
    readonly judged: Judged;
  },
): Attempt {
  try {
    const found =
      chooseDevice(system, devices, wanted) ??
      (autoformatOf(options).length > 0 ? findDevice(devices, `LABEL=${B2D_LABEL}`) : undefined);
    // A disk with an interrupted format already has its label.
    const names = autoformatOf(options).filter((name) => found === undefined || name === found.path);
    const unfinished =
      settled || found ? formatFirst(system, names, devices, found && ['unfinished'], judged) : undefined;
    const path = unfinished?.device ?? found?.path;
    if (path === undefined)
      return {
        error: [`there is no state disk ${wanted}.`, ...(unfinished?.refusals ?? []).map((each) => `${each}.`)].join(
          ' ',
        ),
      };
    const now = unfinished?.device === undefined ? devices : blockDevices(system);
    const device = now.find((each) => each.path === path);
    if (device === undefined) return { error: `${path} has gone.` };
    mountState(system, device, { fstype: options.fstype ?? 'auto', devices: now });
    for (const refusal of found ? [] : (unfinished?.refusals ?? [])) note(system, refusal);
    return { disk: { path, beside: now }, error: '' };
  } catch (error) {
    return { error: `the state disk ${wanted} cannot be used: ${sentenceOf(error)}.` };
  }
}

/** Without a configured state disk: docker-machine prepares a disk, or prepared one earlier. */
function obtainDockerMachines(system: System, devices: readonly BlockDevice[]): StateDisk | undefined {
  const candidates = DOCKER_MACHINE_DISKS.filter((path) =>
    devices.some((device) => device.path === path && device.tags['TYPE'] === undefined),
  );
  const label = findDevice(devices, `LABEL=${B2D_LABEL}`);
  const { device } =
    label === undefined && candidates.length > 0
      ? formatFirst(system, candidates, devices, ['docker-machine', 'unfinished'])
      : { device: undefined };
  const now = device === undefined ? devices : blockDevices(system);
  const found = device === undefined ? label : now.find(({ path }) => path === device);
  if (found === undefined) return undefined;
  try {
    mountState(system, found, { fstype: 'auto', devices: now });
    return { path: found.path, beside: now };
  } catch (error) {
    alarm(system, `${sentenceOf(error)}. EVERYTHING LIVES IN MEMORY and is lost at the next restart.`);
    tellLogins(system, sentenceOf(error));
    return undefined;
  }
}

/** A live system beside its own former state: the message says how to use that state. */
function tellOfUnused(system: System, devices: readonly BlockDevice[]): void {
  const found = findDevices(devices, `LABEL=${STATE_LABEL}`);
  if (found.length === 0) return;
  const which = found.map(({ path }) => path).join(' and ');
  const error = `${which} has the label ${STATE_LABEL} and is not used, since nothing names it: add rancher.state.dev=LABEL=${STATE_LABEL} to the kernel's parameters`;
  alarm(system, `${error}. EVERYTHING LIVES IN MEMORY and is lost at the next restart.`);
  tellLogins(system, error);
}

/** agetty shows it before every login. */
function tellLogins(system: System, error: string): void {
  must(system, ['mkdir', '-p', '/run/issue.d']);
  system.writeText(
    '/run/issue.d/05-state.issue',
    `*** EVERYTHING LIVES IN MEMORY: ${error.replaceAll('\\', '/')} ***\n`,
  );
  note(system, 'there is no state disk: directories that would be kept are in memory');
}

function offerShell(system: System): void {
  run(system, ['sh', '-c', '/usr/lib/ros/console-shells offer </dev/null >/dev/null 2>&1 &']);
}

function withdrawShell(system: System): void {
  run(system, ['sh', '-c', 'kill "$(cat /run/ros/console-shells.pid)"'], { withErrors: true });
}

/** The offered shell is in use: reminders would disturb. */
function isSomebodyThere(system: System): boolean {
  return system.readText('/run/ros/console-shell-used') !== undefined;
}
