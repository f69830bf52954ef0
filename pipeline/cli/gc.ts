import { BuildError } from '../core/failure.ts';
import { formatBytes } from '../report/format.ts';
import { collectGarbage } from '../store/garbage.ts';
import type { Command } from './command.ts';
import { readOptions } from './options.ts';
import { settingsFrom } from './settings.ts';
import { storeFolder } from './wire.ts';

export const gc: Command = {
  name: 'gc',
  summary: 'empties the store of what was not used lately',
  help: `Usage: npm run gc [-- --days N]

Removes what no build has used for N days (default 14): stored files, records of steps, unpacked tool images, and what a killed
build left behind. A build that needs something again makes it again.

  --days N     0 removes everything
  --cache DIR  the store (default: RANCHEROS_CACHE, else ~/.cache/rancheros)
`,
  async run(context) {
    const { values } = readOptions(context.argv, { days: { type: 'string' }, cache: { type: 'string' } }, 0);
    const days = values.days ?? '14';
    if (!/^\d{1,4}$/.test(days))
      throw new BuildError({ kind: 'usage', message: `--days takes a whole number from 0 to 9999, not "${days}".` });
    const before = Date.now() - Number(days) * 86_400_000;
    const { files, bytes } = await collectGarbage(storeFolder(settingsFrom(values, context)), before);
    context.stdout.write(`${files} files removed, ${formatBytes(bytes)} freed.\n`);
    return 0;
  },
};
