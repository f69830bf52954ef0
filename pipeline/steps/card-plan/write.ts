import { writeFileSync } from 'node:fs';
import { BuildError } from '../../core/failure.ts';
import { canonicalJson } from '../../core/json.ts';
import { ext4Arguments, fatArguments } from '../../disks/file-system-arguments.ts';
import { plannedContents } from '../../disks/planned-contents.ts';
import { CARD_ALIGNMENT, type CardPlan, cardSignature } from '../../formats/card-layout.ts';
import { bootPartitionBytes } from '../../formats/disk-layout.ts';
import { MIB } from '../../formats/sector.ts';
import * as messages from '../kit/messages.ts';
import { writer } from '../kit/writer.ts';
import type { CardPlanStep } from './step.ts';

/** Bytes of a kernel's command line on arm64 (COMMAND_LINE_SIZE in asm/setup.h), the end of the text included. */
const LONGEST_COMMAND_LINE = 2048;

export const write = writer<CardPlanStep>(({ inputs, outputs, options }) => {
  if (options.stateMiB < 64 || (options.stateMiB * MIB) % CARD_ALIGNMENT !== 0)
    throw new BuildError(messages.stateOfCardUnfit(options.stateMiB));
  const { sizes, ids } = plannedContents(inputs, options.name);
  const slotBytes = [...sizes].reduce((sum, [input, size]) => sum + (input.startsWith('boot/') ? size : 0), 0);
  const plan: CardPlan = {
    bootBytes: bootPartitionBytes({ slotBytes, otherBytes: 0 }),
    stateBytes: options.stateMiB * MIB,
    signature: cardSignature(ids),
  };
  const serial = ids.bootSerial.toUpperCase();
  const line = `${options.arguments} rancher.boot=UUID=${serial.slice(0, 4)}-${serial.slice(4)}`;
  if (line.length >= LONGEST_COMMAND_LINE)
    throw new BuildError(messages.commandLineTooLong(line.length, LONGEST_COMMAND_LINE));
  const put = (output: keyof typeof outputs, text: string): void =>
    writeFileSync(outputs[output], `${text}\n`, { flag: 'wx' });
  put('plan', canonicalJson({ ...plan }));
  put('fat', fatArguments(ids, plan.bootBytes));
  put('ext4', ext4Arguments(ids, plan.stateBytes));
  put('cmdline', line);
});
