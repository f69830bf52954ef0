import { writeFileSync } from 'node:fs';
import { canonicalJson, type Json } from '../../core/json.ts';
import type { Writer } from '../../core/writer.ts';
import { ext4Arguments, fatArguments } from '../../disks/file-system-arguments.ts';
import { plannedContents } from '../../disks/planned-contents.ts';
import { bootPartitionBytes, type DiskPlan } from '../../formats/disk-layout.ts';
import { MIB } from '../../formats/sector.ts';
import { booleanOf, fieldsOf, refuse, stringOf, wholeNumberOf } from '../../trees/decode.ts';
import { Inputs, outputOf } from '../kit/inputs.ts';

/** What a disk is decided by, besides its contents. */
export type DiskPlanOptions = {
  /** Whose disk it is: equal contents of two products get identities of their own. */
  readonly name: string;
  readonly hasBios: boolean;
  /** Size of the state file system as it is shipped. */
  readonly stateMiB: number;
};

/**
 * Decides sizes and identities of a disk from everything that will lie on it.
 *
 * Inputs: `boot/<path>`, the files of the boot partition, of which `boot/a/…` is a slot; `state`, the tar of the state file system;
 * `bios/<name>`, boot code. Options: `DiskPlanOptions`. Outputs: `plan`, a `DiskPlan` as JSON; `fat` and `ext4`, arguments for
 * mkfs.vfat and mke2fs, which a step cannot know before.
 */
export const write: Writer = async (job) => {
  const { name, hasBios, stateMiB } = diskPlanOptions(job.options);
  const inputs = new Inputs(job);
  try {
    const { sizes, ids } = plannedContents(inputs, name);
    let slotBytes = 0;
    let otherBytes = 0;
    for (const [input, size] of sizes) {
      if (input.startsWith('boot/a/')) slotBytes += size;
      else if (input.startsWith('boot/')) otherBytes += size;
    }
    const plan: DiskPlan = {
      hasBios,
      bootBytes: bootPartitionBytes({ slotBytes, otherBytes }),
      stateBytes: stateMiB * MIB,
      ids,
    };
    const put = (output: string, text: string): void =>
      writeFileSync(outputOf(job, output), `${text}\n`, { flag: 'wx' });
    put('plan', canonicalJson({ ...plan, ids: { ...ids } }));
    put('fat', fatArguments(ids, plan.bootBytes));
    put('ext4', ext4Arguments(ids, plan.stateBytes));
  } finally {
    inputs.close();
  }
};

function diskPlanOptions(options: Json): DiskPlanOptions {
  const { value } = fieldsOf(options, 'options', ['name', 'hasBios', 'stateMiB']);
  const stateMiB = wholeNumberOf(value['stateMiB'], 'options.stateMiB', 1 << 20);
  if (stateMiB < 64) throw refuse('options.stateMiB must be at least 64.');
  return {
    name: stringOf(value['name'], 'options.name'),
    hasBios: booleanOf(value['hasBios'], 'options.hasBios'),
    stateMiB,
  };
}
