import { note } from '../runtime/kernel-log.ts';
import { must, run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import type { BlockDevice } from './block-devices.ts';
import { canFormat, type FormatVerdict, type Kind, MAGIC } from './can-format.ts';
import { copyKept, eraseFormatJournal, formatJournalOf, RESERVED, writeFormatJournal } from './format-journal.ts';

/** The label of a disk that docker-machine prepared, as boot2docker has it. */
export const B2D_LABEL = 'B2D_STATE';
export const STATE_LABEL = 'RANCHER_STATE';

/** docker-machine's tar with SSH keys, on the state disk and in the system. */
export const USER_DATA = '/var/lib/boot2docker/userdata.tar';

const SMALLEST = 16 * RESERVED;
const PLACE = '/run/rancher/new-state';

/** Outcome of formatting one of several disks. */
export interface Formatted {
  /** The path of the new state disk, or undefined where none may be formatted. */
  readonly device: string | undefined;
  /** Why the others were left alone, as sentences. */
  readonly refusals: readonly string[];
}

/** Results for devices that are not blank, by path and size: examining a disk takes long, and disks are looked for again and again. */
export type Judged = Map<string, FormatVerdict>;

/**
 * Makes the first of the named devices that is blank, or that docker-machine prepared, a state disk. Everything else is left
 * alone. Names that no device has are passed over: a list often names the first disks of several hypervisors.
 */
export function formatFirst(
  system: System,
  names: readonly string[],
  devices: readonly BlockDevice[],
  kinds: readonly Kind[] = ['blank', 'docker-machine', 'unfinished'],
  judged: Judged = new Map(),
): Formatted {
  const refusals: string[] = [];
  for (const name of names) {
    const device = devices.find(({ path }) => path === name);
    if (device === undefined) continue;
    if (device.bytes < SMALLEST) {
      refusals.push(`${name} is not formatted: it is smaller than ${SMALLEST / 2 ** 20} MiB`);
      continue;
    }
    const key = [name, device.bytes, ...kinds].join(' ');
    const { may, because } = judged.get(key) ?? canFormat(system, device, devices, kinds);
    if (!may) judged.set(key, { may, because });
    if (!may) refusals.push(`${name} is not formatted: ${because}`);
    else if (kinds.includes(because)) return { device: format(system, device, because), refusals };
  }
  return { device: undefined, refusals };
}

function format(system: System, device: BlockDevice, because: string): string {
  note(
    system,
    `${device.path} is ${because === 'blank' ? 'blank' : `to be formatted (${because})`}: it becomes the state disk`,
  );
  const uuid = formatJournalOf(system, device) ?? writeFormatJournal(system, device);
  must(system, ['mkdir', '-p', PLACE]);
  const kept = `${PLACE}.tar`;
  copyKept(system, device, kept);
  const script = `head -c "\${#2}" "$1" | tr -cd '[:print:]'`;
  const forDockerMachine = run(system, ['sh', '-c', script, 'ros', kept, MAGIC]).stdout === MAGIC;
  const label = forDockerMachine ? B2D_LABEL : STATE_LABEL;
  const blocks = String(Math.floor((device.bytes - RESERVED) / 4096));
  must(system, ['mke2fs', '-q', '-F', '-t', 'ext4', '-b', '4096', '-U', uuid, '-L', label, device.path, blocks]);
  if (forDockerMachine) {
    must(system, ['mount', '-t', 'ext4', device.path, PLACE]);
    try {
      const target = `${PLACE}${USER_DATA}`;
      must(system, ['sh', '-c', `umask 077 && mkdir -p "\${2%/*}" && cp "$1" "$2" && sync`, 'ros', kept, target]);
    } finally {
      must(system, ['umount', PLACE]);
    }
  }
  must(system, ['rm', '-f', kept]);
  eraseFormatJournal(system, device);
  if (run(system, ['blkid', '-p', '-s', 'LABEL', '-o', 'value', device.path]).stdout.trim() !== label)
    throw new Failure(`${device.path} was formatted, but has no file system now: look at dmesg for errors of the disk`);
  return device.path;
}
