import { nearestName } from '../config/nearest-name.ts';
import { must, run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';

/** A disk, a partition, or a volume on one, as lsblk shows it. */
export interface BlockDevice {
  readonly path: string;
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  readonly isReadOnly: boolean;
  readonly model: string;
  /** `major:minor`. */
  readonly number: string;
  readonly mountPoints: readonly string[];
  readonly children: readonly BlockDevice[];
}

/** Kinds of device that a system can be installed to. */
const WHOLE = /^(disk|mpath|loop|raid\d*)$/;

/** All block devices with a size, each below its parent. */
export function blockDevices(system: System): readonly BlockDevice[] {
  const columns = 'PATH,TYPE,SIZE,RO,MODEL,MAJ:MIN,MOUNTPOINTS';
  const { blockdevices } = JSON.parse(must(system, ['lsblk', '--json', '--bytes', '--output', columns])) as {
    readonly blockdevices: readonly Row[];
  };
  return blockdevices.map(deviceOf).filter(({ size }) => size > 0);
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly size: number | string | null;
  readonly ro: boolean | string;
  readonly model: string | null;
  readonly 'maj:min': string;
  readonly mountpoints?: readonly (string | null)[];
  readonly children?: readonly Row[];
}

function deviceOf(row: Row): BlockDevice {
  return {
    path: row.path,
    type: row.type,
    size: Number(row.size ?? 0),
    isReadOnly: row.ro === true || row.ro === '1',
    model: row.model?.trim() ?? '',
    number: row['maj:min'].trim(),
    mountPoints: (row.mountpoints ?? []).flatMap((each) => (each === null ? [] : [each])),
    children: (row.children ?? []).map(deviceOf),
  };
}

/** The named disk. Fails where it does not exist, with a list of those that do. */
export function diskNamed(system: System, name: string): BlockDevice {
  const all = blockDevices(system);
  const disks = all.filter(({ type }) => /^(disk|mpath|raid\d*)$/.test(type));
  const { stdout } = run(system, ['readlink', '-f', name.includes('/') ? name : `/dev/${name}`]);
  const path = stdout.trim();
  const found = all.find((each) => each.path === path && WHOLE.test(each.type));
  if (found !== undefined) return found;
  const listed = disks
    .map((each) => `\n  ${each.path.padEnd(14)} ${sizeText(each.size).padStart(8)}  ${each.model}`)
    .join('');
  const there = listed === '' ? '\nThis machine has no disk.' : `\nDisks of this machine:${listed}`;
  const above = all.find((each) => hasBelow(each, path));
  if (above !== undefined)
    throw new Failure(
      `${path} is a part of ${above.path}; an installation takes the whole disk: -d ${above.path}${there}`,
    );
  const near = nearestName(
    path,
    disks.map((each) => each.path),
  );
  throw new Failure(`there is no disk ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}${there}`);
}

function hasBelow({ children }: BlockDevice, path: string): boolean {
  return children.some((each) => each.path === path || hasBelow(each, path));
}

/** Why the disk must not be written, as whole sentences; empty where it may. */
export function whyBusy(system: System, disk: BlockDevice): readonly string[] {
  const reasons: string[] = [];
  if (disk.isReadOnly) reasons.push(`${disk.path} is read-only.`);
  const mounts = mountsByNumber(system);
  const swaps = system.readText('/proc/swaps') ?? '';
  const look = (device: BlockDevice): void => {
    const places = new Set([
      ...(mounts.get(device.number) ?? []),
      ...device.mountPoints.filter((each) => each.startsWith('/')),
    ]);
    const [place] = places;
    if (place?.startsWith('/run/rancher/medium')) reasons.push(`${device.path} is what this system runs from.`);
    else if (place !== undefined) reasons.push(`${device.path} is mounted on ${place}.`);
    if (swaps.split('\n').some((line) => line.split(/\s/)[0] === device.path))
      reasons.push(`${device.path} is used as swap.`);
    for (const child of device.children) {
      if (child.type !== 'part')
        reasons.push(`${device.path} belongs to ${child.path} (${child.type}), which is in use.`);
      look(child);
    }
  };
  look(disk);
  return reasons;
}

/** Mount points of PID 1's view and of ours by `major:minor`: a container does not see all of them. */
function mountsByNumber(system: System): ReadonlyMap<string, readonly string[]> {
  const mounts = new Map<string, string[]>();
  for (const who of ['1', 'self']) {
    for (const line of (system.readText(`/proc/${who}/mountinfo`) ?? '').split('\n')) {
      const [, , number, , place] = line.split(' ');
      if (number === undefined || place === undefined) continue;
      mounts.set(number, [...(mounts.get(number) ?? []), place]);
    }
  }
  return mounts;
}

/** The content of the disk, one line per item that a user would recognise; empty for a blank one. */
export function contentOf(system: System, disk: BlockDevice): readonly string[] {
  const found: string[] = [];
  const look = (device: BlockDevice): void => {
    for (const { type, label } of signatures(system, device.path))
      found.push(`${device.path}: ${type}${label === '' ? '' : `, label ${label}`}`);
    for (const child of device.children) look(child);
  };
  look(disk);
  return found;
}

function signatures(system: System, path: string): readonly { readonly type: string; readonly label: string }[] {
  const text = must(system, ['wipefs', '--json', path]);
  if (text.trim() === '') return [];
  const { signatures: rows } = JSON.parse(text) as {
    readonly signatures: readonly { readonly type: string; readonly label?: string | null }[];
  };
  // A table may have several signatures, such as GPT's two headers and the MBR that protects it.
  return [...new Map(rows.map((row) => [row.type, { type: row.type, label: row.label ?? '' }])).values()];
}

/** Bytes as they are printed on a disk's box. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
