import type { Json } from '../../core/json.ts';
import { pieceListText } from '../../core/pieces.ts';
import type { Writer } from '../../core/writer.ts';
import { diskPieces } from '../../disks/disk-pieces.ts';
import { wholeInput } from '../../disks/file-slice.ts';
import { layOutCard, parseCardPlan } from '../../formats/card-layout.ts';
import { encodeMbr } from '../../formats/mbr.ts';
import { SECTOR } from '../../formats/sector.ts';
import { wrongBytes } from '../../formats/wrong-bytes.ts';
import { writeOutput } from '../../io/output-file.ts';
import { Inputs, outputOf } from '../kit/inputs.ts';

const PLAN_LIMIT = 64 * 1024;

/**
 * Composes an SD card as the pieces of its raw image. Inputs: `plan`, made by the writer `card-plan`; `boot`, the FAT file system, and
 * `state`, the ext4 file system, both of exactly the plan's sizes. No options. Output: `pieces`.
 */
export const write: Writer = async (job) => {
  const inputs = new Inputs(job);
  try {
    const source = inputs.open('plan');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(source.read(0, Math.min(source.size, PLAN_LIMIT)));
    const plan = parseCardPlan(JSON.parse(text) as Json, 'the plan of the card');
    const layout = layOutCard(plan);
    const boot = wholeInput(inputs, 'boot');
    const state = wholeInput(inputs, 'state');
    if (boot.size !== plan.bootBytes)
      throw wrongBytes(`The boot file system has ${boot.size} bytes; its partition has ${plan.bootBytes}.`);
    if (state.size !== plan.stateBytes)
      throw wrongBytes(`The state file system has ${state.size} bytes; its partition has ${plan.stateBytes}.`);
    const contents = [
      { offset: 0, content: encodeMbr(layout.mbr) },
      { offset: layout.boot.firstLba * SECTOR, content: boot },
      { offset: layout.state.firstLba * SECTOR, content: state },
    ];
    writeOutput(outputOf(job, 'pieces'), (out) => out.write(pieceListText(diskPieces({ contents }, 0, layout.size))));
  } finally {
    inputs.close();
  }
};
