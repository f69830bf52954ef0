import { BuildError } from '../core/failure.ts';
import type { Json } from '../core/json.ts';
import { APPEND_FILE } from '../formats/append-file.ts';
import { type BiosCode, diskFrame } from '../formats/disk-frame.ts';
import { type DiskPlan, layOut, parseDiskPlan, smallestDisk } from '../formats/disk-layout.ts';
import { FAT_SERIAL_OFFSETS, fatPlace, readFat32 } from '../formats/fat-reader.ts';
import type { Guid } from '../formats/guid.ts';
import { MIB, SECTOR } from '../formats/sector.ts';
import type { FileSource } from '../io/file-source.ts';
import type { Inputs } from '../io/inputs.ts';
import { type Content, type FileSlice, patched, sizeOf, wholeInput } from './file-slice.ts';
import * as messages from './messages.ts';

/** What lies at a byte of the disk. */
export interface PlacedContent {
  readonly offset: number;
  readonly content: Content;
}

/** A disk that need not exist as one file: whoever writes another container around it takes its contents from where they are. */
export interface ComposedDisk {
  /** GUID of the disk, which follows from its contents. */
  readonly id: Guid;
  /** Bytes, whole MiB. */
  readonly size: number;
  /** In the order of their offsets; they do not overlap, and between them there are zeros. */
  readonly contents: readonly PlacedContent[];
}

const PLAN_LIMIT = 64 * 1024;

/**
 * Puts an installed disk together from a job's inputs: `plan`, made by the writer `disk-plan`; `boot`, the FAT file system of exactly
 * the plan's size; `state`, the ext4 file system; where the plan has a BIOS, `bios/boot.img` and `bios/core.img`. Where `boot` was made
 * for another plan, `append` is what its `append.cfg` becomes, and it gets this plan's serial number. Without `sizeMiB` the disk is as
 * small as it can be.
 */
export function composedDisk(inputs: Inputs, sizeMiB: number | undefined): ComposedDisk {
  const plan = parseDiskPlan(planOf(inputs.open('plan')), 'the plan of the disk');
  const smallest = smallestDisk(plan);
  if (sizeMiB !== undefined && sizeMiB * MIB < smallest)
    throw new BuildError(messages.diskTooSmall(sizeMiB, smallest / MIB));
  const layout = layOut(plan, sizeMiB === undefined ? smallest : sizeMiB * MIB);
  const boot = wholeInput(inputs, 'boot');
  const state = wholeInput(inputs, 'state');
  if (boot.size !== plan.bootBytes) throw new BuildError(messages.bootNotOfPlannedSize(boot.size, plan.bootBytes));
  if (state.size > plan.stateBytes) throw new BuildError(messages.stateTooLarge(state.size, plan.stateBytes));
  const frame = diskFrame(layout, plan.hasBios ? biosCode(inputs) : undefined);
  const contents: PlacedContent[] = [
    ...frame.map(({ lba, bytes }) => ({ offset: lba * SECTOR, content: bytes })),
    ...behindEachOther(layout.boot.firstLba * SECTOR, bootContents(inputs, boot, plan)),
    { offset: layout.state.firstLba * SECTOR, content: state },
  ];
  return {
    id: plan.ids.disk,
    size: layout.table.sectors * SECTOR,
    contents: contents.sort((a, b) => a.offset - b.offset),
  };
}

function bootContents(inputs: Inputs, boot: FileSlice, plan: DiskPlan): readonly Content[] {
  const given = inputs.maybe('append');
  if (given === undefined) return [boot];
  const append = bytesOf(given);
  const place = fatPlace(readFat32(boot.source), APPEND_FILE);
  if (place.length !== append.length)
    throw new BuildError(messages.argumentFileOfOtherSize(APPEND_FILE, place.length, append.length));
  const serial = new Uint8Array(4);
  new DataView(serial.buffer).setUint32(0, Number.parseInt(plan.ids.bootSerial, 16), true);
  return patched(boot, [
    ...FAT_SERIAL_OFFSETS.map((offset) => ({ offset, bytes: serial })),
    { offset: place.offset, bytes: append },
  ]);
}

function behindEachOther(offset: number, contents: readonly Content[]): readonly PlacedContent[] {
  let next = offset;
  return contents.map((content) => {
    const placed = { offset: next, content };
    next += sizeOf(content);
    return placed;
  });
}

function biosCode(inputs: Inputs): BiosCode {
  return { boot: bytesOf(inputs.open('bios/boot.img')), core: bytesOf(inputs.open('bios/core.img')) };
}

function bytesOf(source: FileSource): Uint8Array {
  if (source.size > MIB) throw new BuildError(messages.inputTooLarge(source.path, source.size));
  return source.fill(new Uint8Array(source.size), 0);
}

function planOf(source: FileSource): Json {
  if (source.size > PLAN_LIMIT) throw new BuildError(messages.planTooLarge(source.size));
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(source.read(0, source.size))) as Json;
}
