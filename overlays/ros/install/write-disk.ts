import { diskFrame, type FramePiece } from '../../../pipeline/formats/disk-frame.ts';
import { type DiskIds, type DiskLayout, layOut, STATE_LABEL } from '../../../pipeline/formats/disk-layout.ts';
import { FAT_SERIAL_OFFSETS } from '../../../pipeline/formats/fat-reader.ts';
import { appendSettings } from '../../../pipeline/formats/grub-settings.ts';
import { type MediumFile, placeInRest } from '../../../pipeline/formats/install-parts.ts';
import { MIB, SECTOR } from '../../../pipeline/formats/sector.ts';
import { readBytes, writeBytes } from '../runtime/bytes.ts';
import { must, run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import type { InstallMedium } from './install-medium.ts';

/** An installation that was decided: all of it can be written without another question. */
export interface Installation {
  readonly medium: InstallMedium;
  readonly disk: { readonly path: string; readonly size: number };
  /** Identities of this disk and no other. */
  readonly ids: DiskIds;
  /** Further kernel arguments, or ''. */
  readonly append: string;
  /** Directory with the initial content of the state file system. */
  readonly stateFolder: string;
  /** Directory in memory for temporary files. */
  readonly scratch: string;
  readonly say: (line: string) => void;
}

const BLOCK = 4096;
/** ext4's journal keeps the size it was born with. In MiB. */
const JOURNAL = 64;
/** Room for the group descriptors of 2 TiB: up to there the file system grows while mounted. */
const GROWTH_BLOCKS = 2 ** 41 / BLOCK;

/**
 * Writes the disk that the build composes, for the size of this one. Until the last step it has no partition table: after a power cut the disk looks
 * empty and can be installed again. Everything is read back.
 */
export function writeDisk(system: System, work: Installation): DiskLayout {
  const { medium, disk, ids, say } = work;
  const layout = layOut({ ...medium.parts.plan, ids }, disk.size);
  const bootOffset = layout.boot.firstLba * SECTOR;
  const frame = diskFrame(layout, bootCode(system, work));
  const rest = preparedRest(system, work);

  say('clearing the disk');
  clear(system, disk, layout);
  say('writing the boot partition');
  copyRest(system, work, rest, bootOffset);
  for (const file of medium.parts.files) {
    say(`copying ${file.path} (${(file.size / 1e6).toFixed(1)} MB)`);
    copy(system, {
      from: `${medium.folder}/${file.path}`,
      skip: 0,
      count: file.size,
      to: disk.path,
      seek: bootOffset + file.offset,
    });
  }
  say('making the file system RANCHER_STATE');
  makeState(system, work, layout);

  say('reading back what was written');
  must(system, ['sync', disk.path]);
  run(system, ['blockdev', '--flushbufs', disk.path], { withErrors: true });
  verifyRest(system, work, rest, bootOffset);
  for (const file of medium.parts.files) verifyFile(system, work, file, bootOffset);

  say('writing the partition table');
  // The head of the disk last: only then there is something to start from.
  for (const piece of [...frame].sort((a, b) => b.lba - a.lba)) writeFrame(system, disk.path, piece);
  run(system, ['blockdev', '--rereadpt', disk.path], { withErrors: true });
  return layout;
}

function bootCode(
  system: System,
  { medium }: Installation,
): { readonly boot: Uint8Array; readonly core: Uint8Array } | undefined {
  if (!medium.parts.plan.hasBios) return undefined;
  const whole = (name: string): Uint8Array => {
    const path = `${medium.partsFolder}/${name}`;
    return readBytes(system, path, { offset: 0, length: Number(must(system, ['stat', '-c', '%s', path]).trim()) });
  };
  return { boot: whole('boot.img'), core: whole('core.img') };
}

/** Removes every signature of the previous content and discards the blocks of a solid-state disk. */
function clear(system: System, disk: Installation['disk'], layout: DiskLayout): void {
  const ends = [0, Math.floor(disk.size / MIB - 2) * MIB];
  for (const offset of ends) zero(system, disk.path, { offset, length: Math.min(2 * MIB, disk.size - offset) });
  const space = { offset: 2 * MIB, length: disk.size - 4 * MIB };
  run(
    system,
    ['blkdiscard', '--force', '--offset', String(space.offset), '--length', String(space.length), disk.path],
    {
      withErrors: true,
    },
  );
  const { firstLba, lastLba } = layout.boot;
  const boot = { offset: firstLba * SECTOR, length: (lastLba - firstLba + 1) * SECTOR };
  const zeroout = [
    'blkdiscard',
    '--force',
    '--zeroout',
    '--offset',
    String(boot.offset),
    '--length',
    String(boot.length),
    disk.path,
  ];
  if (run(system, zeroout, { withErrors: true }).status !== 0) zero(system, disk.path, boot);
  // Where nothing was to be discarded, an old file system could still begin where the new one will.
  zero(system, disk.path, { offset: layout.state.firstLba * SECTOR, length: MIB });
}

function zero(
  system: System,
  path: string,
  { offset, length }: { readonly offset: number; readonly length: number },
): void {
  copy(system, { from: '/dev/zero', skip: 0, count: length, to: path, seek: offset });
}

interface Copy {
  readonly from: string;
  /** Bytes. */
  readonly skip: number;
  readonly count: number;
  readonly to: string;
  readonly seek: number;
}

function copy(system: System, { from, skip, count, to, seek }: Copy): void {
  must(system, [
    'dd',
    `if=${from}`,
    `of=${to}`,
    'bs=1M',
    'iflag=skip_bytes,count_bytes,fullblock',
    'oflag=seek_bytes',
    `skip=${skip}`,
    `count=${count}`,
    `seek=${seek}`,
    'conv=notrunc,fsync',
    'status=none',
  ]);
}

/** `rest` with this disk's own serial number and kernel arguments. */
function preparedRest(system: System, { medium, ids, append, scratch }: Installation): string {
  const { parts } = medium;
  const rest = `${scratch}/rest`;
  must(system, ['cp', `${medium.partsFolder}/rest`, rest]);
  const serial = Uint8Array.from({ length: 4 }, (_, index) =>
    Number.parseInt(ids.bootSerial.slice(6 - index * 2, 8 - index * 2), 16),
  );
  for (const offset of FAT_SERIAL_OFFSETS) writeBytes(system, rest, placeInRest(parts, offset), serial);
  const settings = appendSettings(append);
  const bytes = Uint8Array.from({ length: settings.length }, (_, index) => settings.charCodeAt(index));
  if (bytes.length !== parts.append.length)
    throw new Failure('install.json and this program disagree about append.cfg');
  writeBytes(system, rest, placeInRest(parts, parts.append.offset), bytes);
  return rest;
}

function copyRest(system: System, { medium, disk }: Installation, rest: string, bootOffset: number): void {
  let skip = 0;
  for (const { offset, length } of medium.parts.rest) {
    copy(system, { from: rest, skip, count: length, to: disk.path, seek: bootOffset + offset });
    skip += length;
  }
}

/** The state file system fills the rest of the disk; making it needs no partition. */
function makeState(system: System, { disk, ids, stateFolder }: Installation, { state }: DiskLayout): void {
  const blocks = Math.floor(((state.lastLba - state.firstLba + 1) * SECTOR) / BLOCK);
  const extended = [
    `offset=${state.firstLba * SECTOR}`,
    `hash_seed=${ids.stateHashSeed}`,
    ...(blocks < GROWTH_BLOCKS ? [`resize=${GROWTH_BLOCKS}`] : []),
    'root_owner=0:0',
    // It would discard from the start of the disk, not from the offset.
    'nodiscard',
  ];
  const words = ['-q', '-F', '-t', 'ext4', '-T', 'default', '-b', String(BLOCK), '-m', '1', '-J', `size=${JOURNAL}`];
  const own = ['-U', ids.stateFileSystem, '-E', extended.join(','), '-L', STATE_LABEL, '-d', stateFolder];
  must(system, ['mke2fs', ...words, ...own, disk.path, String(blocks)], {
    // Without a configuration file it uses its compiled-in defaults, as the build does.
    environment: { MKE2FS_CONFIG: '/nowhere' },
  });
}

function verifyRest(system: System, { medium, disk }: Installation, rest: string, bootOffset: number): void {
  const reads = medium.parts.rest.map(
    ({ offset, length }) =>
      `dd if="$1" bs=1M iflag=skip_bytes,count_bytes skip=${bootOffset + offset} count=${length} status=none`,
  );
  const read = must(system, ['sh', '-c', `{ ${reads.join('; ')}; } | sha256sum`, 'sh', disk.path]);
  if (read.slice(0, 64) !== must(system, ['sha256sum', rest]).slice(0, 64))
    throw badDisk(disk.path, 'the boot partition');
}

function verifyFile(system: System, { medium, disk }: Installation, file: MediumFile, bootOffset: number): void {
  const script = 'dd if="$1" bs=1M iflag=skip_bytes,count_bytes skip="$2" count="$3" status=none | sha256sum';
  const place = [String(bootOffset + file.offset), String(file.size)];
  if (must(system, ['sh', '-c', script, 'sh', disk.path, ...place]).slice(0, 64) === file.sha256) return;
  const source = `${medium.folder}/${file.path}`;
  if (must(system, ['sha256sum', source]).slice(0, 64) !== file.sha256)
    throw new Failure(
      `${file.path} on the medium is damaged; write the stick or CD again, and compare it with SHA256SUMS`,
    );
  throw badDisk(disk.path, file.path);
}

function writeFrame(system: System, path: string, { lba, bytes }: FramePiece): void {
  const place = { offset: lba * SECTOR, length: bytes.length };
  writeBytes(system, path, place.offset, bytes);
  run(system, ['blockdev', '--flushbufs', path], { withErrors: true });
  const back = readBytes(system, path, place);
  if (back.some((byte, index) => byte !== bytes[index])) throw badDisk(path, `sector ${lba}`);
}

function badDisk(path: string, what: string): Failure {
  return new Failure(
    `${what} reads back from ${path} other than it was written: the disk or its cable is bad (see dmesg)`,
  );
}
