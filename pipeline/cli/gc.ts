import { existsSync } from 'node:fs';
import path from 'node:path';
import { BuildError } from '../core/failure.ts';
import { SharedUse } from '../host/shared-use.ts';
import { formatBinary } from '../report/format.ts';
import { type Collected, collectGarbage } from '../store/garbage.ts';
import type { Command } from './command.ts';
import * as messages from './messages.ts';
import { readOptions } from './options.ts';
import { notesTo } from './reporter.ts';
import { COMMON_OPTIONS, settingsFrom } from './settings.ts';
import { sizeFrom } from './size-words.ts';
import { storeFolder, waitsOf } from './wire.ts';

const OPTIONS = {
  days: {
    type: 'string',
    value: 'N',
    help: 'remove what no build has used for N days (default: 14); 0 removes everything',
  },
  'max-size': {
    type: 'string',
    value: 'SIZE',
    help: 'what the store may take on the disk, such as 10G (with --days: both)',
  },
  'dry-run': { type: 'boolean', help: 'say what would be removed, and remove nothing' },
  cache: COMMON_OPTIONS.cache,
} as const;

export const gc: Command = {
  name: 'gc',
  summary: 'remove from the store what no build has used for 14 days, or reduce it to a size',
  usage: '[--days N | --max-size SIZE]',
  about: `Removes what no build has used for N days (default 14): stored files, records of steps, unpacked tool images, and what a killed
build left behind. With --max-size, least recently used entries are removed until the rest fits. A build that needs something again
makes it again; what a running build may need stays.`,
  options: OPTIONS,
  async run(context) {
    const { values } = readOptions(context.argv, OPTIONS, 0);
    const folder = storeFolder(settingsFrom({ cache: values.cache }, context));
    if (!existsSync(folder)) {
      context.stdout.write(`There is no store in ${path.dirname(folder)}: nothing to remove.\n`);
      return 0;
    }
    const { days = values['max-size'] === undefined ? '14' : undefined } = values;
    const use = new SharedUse(folder, waitsOf(notesTo(context), context.signal));
    const users = await use.users();
    const isDry = values['dry-run'] === true;
    const rule = {
      isDry,
      ...(days === undefined ? {} : { before: Date.now() - daysFrom(days) * 86_400_000 }),
      ...(values['max-size'] === undefined ? {} : { size: sizeRule(values['max-size']) }),
    };
    let collected = await collectGarbage(folder, use, rule);
    while (!collected) {
      await use.waitForExclusive();
      collected = await collectGarbage(folder, use, rule);
    }
    context.stdout.write(`${isDry ? wouldText(collected) : collectedText(collected)}\n`);
    for (const user of users) context.stdout.write(`What ${user} may need ${isDry ? 'would be' : 'was'} kept.\n`);
    return 0;
  },
};

/** What was removed from a store, as a sentence. */
export function collectedText({ files, freed, left }: Collected): string {
  return `${files} files removed that were not used for longest, ${formatBinary(freed)} freed, ${formatBinary(left)} left.`;
}

function wouldText({ files, freed, left }: Collected): string {
  return `${files} files would be removed that were not used for longest, ${formatBinary(freed)} freed, ${formatBinary(left)} left. Nothing was removed.`;
}

function daysFrom(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new BuildError(messages.notAWholeNumber('--days', text, { from: 0, to: 9999 }));
}

function sizeRule(text: string): { readonly most: number; readonly target: number } {
  const size = sizeFrom(text);
  if (size !== undefined) return { most: size, target: size };
  throw new BuildError(messages.notASize('--max-size', text, { example: '10G' }));
}
