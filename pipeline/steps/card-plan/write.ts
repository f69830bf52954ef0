import { writeFileSync } from 'node:fs';
import { canonicalJson, type Json } from '../../core/json.ts';
import type { Writer } from '../../core/writer.ts';
import { ext4Arguments, fatArguments } from '../../disks/file-system-arguments.ts';
import { plannedContents } from '../../disks/planned-contents.ts';
import { CARD_ALIGNMENT, type CardPlan, cardSignature } from '../../formats/card-layout.ts';
import { bootPartitionBytes } from '../../formats/disk-layout.ts';
import { MIB } from '../../formats/sector.ts';
import { fieldsOf, refuse, stringOf, wholeNumberOf } from '../../trees/decode.ts';
import { Inputs, outputOf } from '../kit/inputs.ts';

/** What a card is decided by, besides its contents. */
export type CardPlanOptions = {
  /** Whose card it is: equal contents of two products get identities of their own. */
  readonly name: string;
  /** Size of the state file system as it is shipped. */
  readonly stateMiB: number;
  /** Kernel arguments, to which the name of the boot file system is added. */
  readonly arguments: string;
};

/** Bytes of a kernel's command line on arm64 (COMMAND_LINE_SIZE in asm/setup.h), the end of the text included. */
const LONGEST_COMMAND_LINE = 2048;

/**
 * Decides sizes and identities of an SD card from everything that will lie on it. Its boot file system has room for the next version
 * beside this one.
 *
 * Inputs: `boot/<path>`, the files of the boot partition, all but `cmdline.txt`; `state`, the tar of the state file system. Options:
 * `CardPlanOptions`. Outputs: `plan`, a `CardPlan` as JSON; `fat` and `ext4`, arguments for mkfs.vfat and mke2fs; `cmdline`, the file
 * `cmdline.txt`, which names the boot file system by its serial number.
 */
export const write: Writer = async (job) => {
  const options = cardPlanOptions(job.options);
  const inputs = new Inputs(job);
  try {
    const { sizes, ids } = plannedContents(inputs, options.name);
    const slotBytes = [...sizes].reduce((sum, [input, size]) => sum + (input.startsWith('boot/') ? size : 0), 0);
    const plan: CardPlan = {
      bootBytes: bootPartitionBytes({ slotBytes, otherBytes: 0 }),
      stateBytes: options.stateMiB * MIB,
      signature: cardSignature(ids),
    };
    const serial = ids.bootSerial.toUpperCase();
    const line = `${options.arguments} rancher.boot=UUID=${serial.slice(0, 4)}-${serial.slice(4)}`;
    if (line.length >= LONGEST_COMMAND_LINE) throw refuse(`The kernel's command line has ${line.length} characters.`);
    const put = (output: string, text: string): void =>
      writeFileSync(outputOf(job, output), `${text}\n`, { flag: 'wx' });
    put('plan', canonicalJson({ ...plan }));
    put('fat', fatArguments(ids, plan.bootBytes));
    put('ext4', ext4Arguments(ids, plan.stateBytes));
    put('cmdline', line);
  } finally {
    inputs.close();
  }
};

function cardPlanOptions(options: Json): CardPlanOptions {
  const { value } = fieldsOf(options, 'options', ['name', 'stateMiB', 'arguments']);
  const stateMiB = wholeNumberOf(value['stateMiB'], 'options.stateMiB', 1 << 20);
  if (stateMiB < 64 || (stateMiB * MIB) % CARD_ALIGNMENT !== 0)
    throw refuse('options.stateMiB must be a multiple of 4, and at least 64.');
  return {
    name: stringOf(value['name'], 'options.name'),
    stateMiB,
    arguments: stringOf(value['arguments'], 'options.arguments'),
  };
}
