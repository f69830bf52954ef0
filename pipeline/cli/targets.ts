import { allTargets } from './all-targets.ts';
import type { Command } from './command.ts';
import { readOptions } from './options.ts';
import { ownTargets } from './own-targets.ts';
import { PROJECT_OPTION, productOf } from './project-option.ts';

const OPTIONS = {
  ...PROJECT_OPTION,
  json: {
    type: 'boolean',
    help: 'as JSON: an array of {name, arch, summary, files} (npm prints two lines before it; npm run -s targets -- --json prints it alone)',
  },
} as const;

export const targets: Command = {
  name: 'targets',
  summary: 'list targets and the files they make',
  usage: '',
  about: 'Lists every target with the release files it makes, by their paths below dist/os/<version>/.',
  options: OPTIONS,
  async run(context) {
    const { values } = readOptions(context.argv, OPTIONS, 0);
    const own = await ownTargets(await productOf(values, context), context);
    const list = allTargets(own);
    if (values.json) {
      const rows = list.map(({ name, arch, summary, files }) => ({
        name,
        arch,
        summary,
        files: Object.keys(files).sort(),
      }));
      context.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
      return 0;
    }
    for (const target of list) {
      context.stdout.write(`${target.name} — ${target.summary}\n`);
      for (const file of Object.keys(target.files).sort()) context.stdout.write(`    ${file}\n`);
    }
    return 0;
  },
};
