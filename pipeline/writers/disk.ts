import type { Json } from '../core/json.ts';
import type { Writer } from '../core/writer.ts';
import { SparseFile } from '../disks/sparse-file.ts';
import { type BiosCode, diskFrame } from '../formats/disk-frame.ts';
import { layOut, type Place, parseDiskPlan, smallestDisk } from '../formats/disk-layout.ts';
import { MIB, SECTOR } from '../formats/sector.ts';
import { wrongBytes } from '../formats/wrong-bytes.ts';
import { fieldsOf, maybe, refuse, wholeNumberOf } from '../trees/decode.ts';
import type { FileSource } from '../trees/file-source.ts';
import { Inputs, outputOf } from '../trees/job.ts';

/** How large the disk is: whole MiB, as every platform wants; without a word as small as it can be. */
export type DiskOptions = {
  readonly sizeMiB?: number | undefined;
};

const PLAN_LIMIT = 64 * 1024;

/**
 * Composes an installed disk: a raw image in which only what is not zero takes room.
 *
 * Inputs: `plan`, made by `disk-plan`; `boot`, the FAT file system of exactly the plan's size; `state`, the ext4 file system; where the
 * plan has a BIOS, `bios/boot.img` and `bios/core.img`. Options: `DiskOptions`. Output: `disk`.
 */
export const write: Writer = async (job) => {
  const sizeMiB = diskOptions(job.options);
  const inputs = new Inputs(job);
  try {
    const plan = parseDiskPlan(JSON.parse(textOf(inputs.open('plan'))) as Json, 'the plan of the disk');
    const smallest = smallestDisk(plan);
    if (sizeMiB !== undefined && sizeMiB * MIB < smallest) {
      throw refuse(
        `A disk of ${sizeMiB} MiB is smaller than its content: ${smallest / MIB} MiB.`,
        'Give it a larger sizeMiB in the target, or less to carry.',
      );
    }
    const layout = layOut(plan, sizeMiB === undefined ? smallest : sizeMiB * MIB);
    const boot = inputs.open('boot');
    const state = inputs.open('state');
    if (boot.size !== plan.bootBytes)
      throw wrongBytes(`The boot file system has ${boot.size} bytes; its partition has ${plan.bootBytes}.`);
    if (state.size > plan.stateBytes)
      throw wrongBytes(`The state file system has ${state.size} bytes; ${plan.stateBytes} were planned.`);
    const bios = plan.hasBios ? biosCode(inputs) : undefined;
    const disk = new SparseFile(outputOf(job, 'disk'), layout.table.sectors * SECTOR);
    try {
      for (const { lba, bytes } of diskFrame(layout, bios)) disk.put(bytes, lba * SECTOR);
      disk.copy(boot, startOf(layout.boot));
      disk.copy(state, startOf(layout.state));
    } finally {
      disk.close();
    }
  } finally {
    inputs.close();
  }
};

function startOf({ firstLba }: Place): number {
  return firstLba * SECTOR;
}

function biosCode(inputs: Inputs): BiosCode {
  return { boot: bytesOf(inputs.open('bios/boot.img')), core: bytesOf(inputs.open('bios/core.img')) };
}

function bytesOf(source: FileSource): Uint8Array {
  if (source.size > MIB)
    throw wrongBytes(`${source.size} bytes of boot code are more than the BIOS boot partition holds.`);
  return source.fill(new Uint8Array(source.size), 0);
}

function textOf(source: FileSource): string {
  if (source.size > PLAN_LIMIT) throw wrongBytes(`The plan of the disk has ${source.size} bytes.`);
  return new TextDecoder('utf-8', { fatal: true }).decode(source.read(0, source.size));
}

function diskOptions(options: Json): number | undefined {
  const { value } = fieldsOf(options, 'options', ['sizeMiB']);
  return maybe(value['sizeMiB'], 'options.sizeMiB', (size, at) => wholeNumberOf(size, at, 1 << 26));
}
