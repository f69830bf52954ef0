import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { canonicalJson, type Json } from '../core/json.ts';
import type { Writer } from '../core/writer.ts';
import { bootPartitionBytes, CLUSTER, type DiskPlan, diskIds } from '../formats/disk-layout.ts';
import { MIB } from '../formats/sector.ts';
import { booleanOf, fieldsOf, refuse, stringOf, wholeNumberOf } from '../trees/decode.ts';
import type { FileSource } from '../trees/file-source.ts';
import { Inputs, outputOf } from '../trees/job.ts';

/** What a disk is decided by, besides its contents. */
export type DiskPlanOptions = {
  /** Whose disk it is: equal contents of two products get identities of their own. */
  readonly name: string;
  readonly hasBios: boolean;
  /** Size of the state file system as it is shipped. */
  readonly stateMiB: number;
};

const CHUNK = 1 << 20;

/** Blocks of the state file system, in bytes. */
const STATE_BLOCK = 4096;

/** Room for the group descriptors of 2 TiB: up to there the file system grows while mounted, whatever its features. */
const GROWTH_BLOCKS = 2 ** 41 / STATE_BLOCK;

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
    let slotBytes = 0;
    let otherBytes = 0;
    const contents: { [name: string]: Json } = {};
    for (const input of inputs.below('')) {
      const source = inputs.open(input);
      contents[input] = sha256Of(source);
      const size = Math.ceil(source.size / CLUSTER) * CLUSTER;
      if (input.startsWith('boot/a/')) slotBytes += size;
      else if (input.startsWith('boot/')) otherBytes += size;
    }
    const key = canonicalJson({ name, contents });
    const plan: DiskPlan = {
      hasBios,
      bootBytes: bootPartitionBytes({ slotBytes, otherBytes }),
      stateBytes: stateMiB * MIB,
      ids: diskIds(key, (text) => createHash('sha256').update(text).digest()),
    };
    const { bootSerial, stateFileSystem, stateHashSeed } = plan.ids;
    const put = (output: string, text: string): void =>
      writeFileSync(outputOf(job, output), `${text}\n`, { flag: 'wx' });
    put('plan', canonicalJson({ ...plan, ids: { ...plan.ids } }));
    put('fat', `-i ${bootSerial} ${plan.bootBytes / 1024}`);
    // One -E: mke2fs keeps only the last. Prezeroed, so that nothing depends on what the building machine's kernel can do.
    put(
      'ext4',
      `-U ${stateFileSystem} -E hash_seed=${stateHashSeed},resize=${GROWTH_BLOCKS},assume_storage_prezeroed=1 ${plan.stateBytes / STATE_BLOCK}`,
    );
  } finally {
    inputs.close();
  }
};

function sha256Of(source: FileSource): string {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(CHUNK);
  for (let position = 0; position < source.size; position += CHUNK)
    hash.update(source.fill(buffer.subarray(0, Math.min(CHUNK, source.size - position)), position));
  return hash.digest('hex');
}

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
