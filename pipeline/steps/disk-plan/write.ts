import { writeFileSync } from 'node:fs';
import { BuildError } from '../../core/failure.ts';
import { canonicalJson } from '../../core/json.ts';
import { ext4Arguments, fatArguments } from '../../disks/file-system-arguments.ts';
import { plannedContents } from '../../disks/planned-contents.ts';
import { bootPartitionBytes, type DiskPlan } from '../../formats/disk-layout.ts';
import { MIB } from '../../formats/sector.ts';
import { stateOfDiskTooSmall } from '../kit/messages.ts';
import { writer } from '../kit/writer.ts';
import type { DiskPlanStep } from './step.ts';

export const write = writer<DiskPlanStep>(({ inputs, outputs, options: { name, hasBios, stateMiB } }) => {
  if (stateMiB < 64) throw new BuildError(stateOfDiskTooSmall(stateMiB));
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
  const put = (output: keyof typeof outputs, text: string): void =>
    writeFileSync(outputs[output], `${text}\n`, { flag: 'wx' });
  put('plan', canonicalJson({ ...plan, ids: { ...ids } }));
  put('fat', fatArguments(ids, plan.bootBytes));
  put('ext4', ext4Arguments(ids, plan.stateBytes));
});
