import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { whatIsThere } from './blank.ts';
import { type BlockDevice, tagsOf } from './block-devices.ts';
import { formatJournalOf } from './format-journal.ts';

/** How docker-machine asks for a disk to be formatted: these words, the first of a tar with SSH keys. */
export const MAGIC = 'boot2docker, please format-me';

/** Whether a device may be formatted without a question, or why not. */
export type FormatVerdict =
  | { readonly may: true; readonly because: 'blank' | 'docker-machine' | 'unfinished' }
  | { readonly may: false; readonly because: string };

const no = (because: string): FormatVerdict => ({ may: false, because });

/** Reasons for which a device may be formatted. */
export type Kind = Extract<FormatVerdict, { readonly may: true }>['because'];

/**
 * Examines the device itself, not its tags. Nothing is written. Whether it is blank takes long to find out and is examined only where `kinds` has
 * `blank`.
 */
export function canFormat(
  system: System,
  device: BlockDevice,
  all: readonly BlockDevice[],
  kinds: readonly Kind[] = ['blank', 'docker-machine', 'unfinished'],
): FormatVerdict {
  if (device.readOnly) return no('it is read-only');
  const parts = all.filter((other) => other.disk === device.path && other.number > 0);
  if (device.number === 0 && parts.length > 0) return no(`it has ${parts.length} partition(s)`);
  const used = inUse(system, device.path);
  if (used !== undefined) return no(used);
  const { status, stdout } = run(system, ['blkid', '-p', '-o', 'export', device.path], { withErrors: true });
  const tags = tagsOf(stdout);
  const begun = formatJournalOf(system, device);
  // 2: nothing found. Everything else is the user's data, two signatures at once, an unreadable disk, or half of a file system whose format was
  // interrupted.
  if (status !== 2) {
    const isOurs = begun !== undefined && tags['TYPE'] === 'ext4' && tags['UUID'] === begun;
    return isOurs ? { may: true, because: 'unfinished' } : no(describe(status, tags));
  }
  if (begun !== undefined) return { may: true, because: 'unfinished' };
  if (startOf(system, device.path).startsWith(MAGIC)) return { may: true, because: 'docker-machine' };
  if (!kinds.includes('blank')) return no('nobody prepared it');
  const found = whatIsThere(system, device);
  return found === undefined ? { may: true, because: 'blank' } : no(found);
}

function describe(status: number, tags: Readonly<Record<string, string>>): string {
  const kinds: Readonly<Record<string, string>> = {
    LVM2_member: 'a volume of LVM',
    linux_raid_member: 'a member of a software RAID',
    crypto_LUKS: 'an encrypted volume (LUKS)',
  };
  const label = tags['LABEL'] === undefined ? '' : ` “${tags['LABEL']}”`;
  const type = tags['TYPE'];
  if (type !== undefined) return `it holds ${kinds[type] ?? type}${label}`;
  if (tags['PTTYPE'] !== undefined) return `it holds a partition table (${tags['PTTYPE']})`;
  return status === 8 ? 'it holds signatures of several kinds' : `blkid cannot read it (status ${status})`;
}

function inUse(system: System, path: string): string | undefined {
  const mounted = (system.readText('/proc/self/mounts') ?? '').split('\n').find((line) => line.startsWith(`${path} `));
  return mounted === undefined ? undefined : `it is mounted at ${mounted.split(' ')[1]}`;
}

/** The printable start of a device. */
function startOf(system: System, path: string): string {
  const script = `head -c 64 "$1" | tr -cd '[:print:]'`;
  return run(system, ['sh', '-c', script, 'ros', path]).stdout;
}
