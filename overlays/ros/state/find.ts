import type { CloudConfig } from '../config/schema.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { must, run } from '../runtime/run.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import type { System } from '../runtime/system.ts';
import { type BlockDevice, blockDevices, findDevice, listOf } from './block-devices.ts';
import { loadDiskDrivers } from './drivers.ts';
import { B2D_LABEL, formatFirst, STATE_LABEL } from './format.ts';
import { mountState } from './mount.ts';

type StateOptions = NonNullable<NonNullable<CloudConfig['rancher']>['state']>;

/** Where docker-machine's drivers put the disk that they prepared. */
const DOCKER_MACHINE_DISKS = ['/dev/sda', '/dev/vda'];
const LOOK_MS = 500;
const PATIENT_MS = 30_000;
const IMPATIENT_MS = 3000;
const REMIND_MS = 5000;

/** Whether anything asks for a state disk. A machine without one lives in memory, and knows it. */
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
 * Finds, makes where that is allowed, and mounts the state disk. Gives undefined where there is none and none is
 * required. A required one is waited for without end, with a reminder on the console and a shell for whoever sits there.
 */
export function obtainState(
  system: System,
  options: StateOptions,
  { recovers, devices: first }: { readonly recovers: boolean; readonly devices: readonly BlockDevice[] },
): StateDisk | undefined {
  tellOfWhatIsNotHere(system, options);
  if (options.script !== undefined) run(system, ['timeout', '60', 'sh', '-c', options.script]);
  if (!isWanted(options)) return obtainDockerMachines(system, first);
  const required = options.required === true && !recovers;
  const patience = (options.wait === true || required) && !recovers ? PATIENT_MS : IMPATIENT_MS;
  const wanted = options.dev ?? `LABEL=${STATE_LABEL}`;
  const start = system.now();
  let reminded = start + patience - REMIND_MS;
  let before = '';
  let offered = false;
  for (let look = 0; ; look++) {
    const devices = look === 0 ? first : blockDevices(system);
    const seen = devices.map(({ path }) => path).join(' ');
    // Drivers look for their disks in their own time: nothing is formatted before two looks in a row agree.
    const settled = look > 0 && seen === before;
    before = seen;
    const { disk, trouble } = attempt(system, { wanted, options, devices, settled });
    if (disk !== undefined) {
      if (offered) withdrawShell(system);
      return disk;
    }
    const now = system.now();
    const sentence = `${trouble} There are: ${listOf(devices)}.`;
    if (!required && now - start >= patience) {
      alarm(system, `${sentence} EVERYTHING LIVES IN MEMORY and is lost at the next restart.`);
      tellLogins(system, trouble);
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
  }
}

interface Attempt {
  readonly disk?: StateDisk;
  readonly trouble: string;
}

function attempt(
  system: System,
  {
    wanted,
    options,
    devices,
    settled,
  }: {
    readonly wanted: string;
    readonly options: StateOptions;
    readonly devices: readonly BlockDevice[];
    readonly settled: boolean;
  },
): Attempt {
  try {
    const found =
      findDevice(devices, wanted) ??
      (autoformatOf(options).length > 0 ? findDevice(devices, `LABEL=${B2D_LABEL}`) : undefined);
    // A disk whose formatting was cut off has its label already.
    const names = autoformatOf(options).filter((name) => found === undefined || name === found.path);
    const unfinished = settled || found ? formatFirst(system, names, devices, found && ['unfinished']) : undefined;
    const path = unfinished?.device ?? found?.path;
    if (path === undefined)
      return {
        trouble: [`there is no state disk ${wanted}.`, ...(unfinished?.refusals ?? []).map((each) => `${each}.`)].join(
          ' ',
        ),
      };
    const now = unfinished?.device === undefined ? devices : blockDevices(system);
    const device = now.find((each) => each.path === path);
    if (device === undefined) return { trouble: `${path} has gone.` };
    mountState(system, device, { fstype: options.fstype ?? 'auto', devices: now });
    for (const refusal of found ? [] : (unfinished?.refusals ?? [])) note(system, refusal);
    return { disk: { path, beside: now }, trouble: '' };
  } catch (error) {
    return { trouble: `the state disk ${wanted} cannot be used: ${sentenceOf(error)}.` };
  }
}

/** Nobody asked for a state disk, but docker-machine has its own ways: a disk that it prepared, or that it prepared once. */
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

function tellOfWhatIsNotHere(system: System, { mdadm_scan, lvm_scan, cryptsetup }: StateOptions): void {
  const asked = [
    ...(mdadm_scan ? ['mdadm_scan'] : []),
    ...(lvm_scan ? ['lvm_scan'] : []),
    ...(cryptsetup ? ['cryptsetup'] : []),
  ];
  if (asked.length > 0)
    alarm(
      system,
      `rancher.state.${asked.join(' and rancher.state.')}: this release has no mdadm, lvm2 and cryptsetup; it has no effect`,
    );
}

/** agetty shows it before every login. */
function tellLogins(system: System, trouble: string): void {
  must(system, ['mkdir', '-p', '/run/issue.d']);
  system.writeText(
    '/run/issue.d/05-state.issue',
    `*** EVERYTHING LIVES IN MEMORY: ${trouble.replaceAll('\\', '/')} ***\n`,
  );
  note(system, 'there is no state disk: folders that would be kept lie in memory');
}

function offerShell(system: System): void {
  run(system, ['sh', '-c', '/usr/lib/ros/console-shells offer </dev/null >/dev/null 2>&1 &']);
}

function withdrawShell(system: System): void {
  run(system, ['sh', '-c', 'kill "$(cat /run/ros/console-shells.pid)"'], { withErrors: true });
}

/** Somebody is using the shell that was offered: the reminders would only be in the way. */
function isSomebodyThere(system: System): boolean {
  return system.readText('/run/ros/console-shell-used') !== undefined;
}
