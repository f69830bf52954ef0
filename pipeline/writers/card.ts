import type { Json } from '../core/json.ts';
import type { Writer } from '../core/writer.ts';
import { SparseFile } from '../disks/sparse-file.ts';
import { layOutCard, parseCardPlan } from '../formats/card-layout.ts';
import { encodeMbr } from '../formats/mbr.ts';
import { SECTOR } from '../formats/sector.ts';
import { wrongBytes } from '../formats/wrong-bytes.ts';
import { Inputs, outputOf } from '../trees/job.ts';

const PLAN_LIMIT = 64 * 1024;

/**
 * Composes an SD card as a raw image with holes. Inputs: `plan`, made by the writer `card-plan`; `boot`, the FAT file system, and
 * `state`, the ext4 file system, both of exactly the plan's sizes. No options. Output: `disk`.
 */
export const write: Writer = async (job) => {
  const inputs = new Inputs(job);
  try {
    const source = inputs.open('plan');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(source.read(0, Math.min(source.size, PLAN_LIMIT)));
    const plan = parseCardPlan(JSON.parse(text) as Json, 'the plan of the card');
    const layout = layOutCard(plan);
    const boot = inputs.open('boot');
    const state = inputs.open('state');
    if (boot.size !== plan.bootBytes)
      throw wrongBytes(`The boot file system has ${boot.size} bytes; its partition has ${plan.bootBytes}.`);
    if (state.size !== plan.stateBytes)
      throw wrongBytes(`The state file system has ${state.size} bytes; its partition has ${plan.stateBytes}.`);
    const card = new SparseFile(outputOf(job, 'disk'), layout.size);
    try {
      card.put(encodeMbr(layout.mbr), 0);
      card.copy(boot, layout.boot.firstLba * SECTOR);
      card.copy(state, layout.state.firstLba * SECTOR);
    } finally {
      card.close();
    }
  } finally {
    inputs.close();
  }
};
