import { BuildError } from '../../core/failure.ts';
import type { Json } from '../../core/json.ts';
import { pieceListText } from '../../core/pieces.ts';
import { diskPieces } from '../../disks/disk-pieces.ts';
import { wholeInput } from '../../disks/file-slice.ts';
import { layOutCard, parseCardPlan } from '../../formats/card-layout.ts';
import { encodeMbr } from '../../formats/mbr.ts';
import { SECTOR } from '../../formats/sector.ts';
import { writeOutput } from '../../io/output-file.ts';
import { notOfPlannedSize } from '../kit/messages.ts';
import { writer } from '../kit/writer.ts';
import type { Card } from './step.ts';

export const write = writer<Card>(({ inputs, outputs }) => {
  const plan = parseCardPlan(JSON.parse(inputs.text('plan')) as Json, 'the plan of the card');
  const layout = layOutCard(plan);
  const boot = wholeInput(inputs, 'boot');
  const state = wholeInput(inputs, 'state');
  if (boot.size !== plan.bootBytes) throw new BuildError(notOfPlannedSize('boot', boot.size, plan.bootBytes));
  if (state.size !== plan.stateBytes) throw new BuildError(notOfPlannedSize('state', state.size, plan.stateBytes));
  const contents = [
    { offset: 0, content: encodeMbr(layout.mbr) },
    { offset: layout.boot.firstLba * SECTOR, content: boot },
    { offset: layout.state.firstLba * SECTOR, content: state },
  ];
  writeOutput(outputs.pieces, (out) => out.write(pieceListText(diskPieces({ contents }, 0, layout.size))));
});
