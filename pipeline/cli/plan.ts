import { REQUEST_OPTIONS, requestFrom } from './build-request.ts';
import type { Command } from './command.ts';
import { lockAge } from './lock-age.ts';
import { readOptions } from './options.ts';
import { lookAhead } from './outlook.ts';
import { explainRuns } from './plan-reasons.ts';
import { planDocument, planMermaid, planText } from './plan-text.ts';
import { notesTo } from './reporter.ts';
import { sourcesOf } from './request-sources.ts';
import { COMMON_OPTIONS, settingsFrom } from './settings.ts';
import { beginTargets } from './target-outcome.ts';
import { wire } from './wire.ts';

const OPTIONS = {
  ...REQUEST_OPTIONS,
  mermaid: { type: 'boolean', help: 'the graph of the steps as a Mermaid diagram; unpacked packages are counted' },
  ...COMMON_OPTIONS,
  json: {
    type: 'boolean',
    help: 'as JSON: everything that the keys are made of; `npm run why -- STEP --since FILE` compares with it',
  },
} as const;

export const plan: Command = {
  name: 'plan',
  summary: 'show what a build would run and why, what is cached, and what it takes: downloads, disk, time',
  usage: 'TARGET ... | --all',
  about: `Shows what a build of targets would do, and does none of it: which steps run and what changed in their keys since the last
build on this store, which wait for the bytes of others, what is cached; the bytes to fetch, disk space, the executor, the age of the lock.`,
  options: OPTIONS,
  words: 'targets',
  async run(context) {
    const { values, positionals } = readOptions(context.argv, OPTIONS);
    const request = await requestFrom(values, positionals, { command: 'plan', context });
    const settings = settingsFrom(values, context);
    const { version, root } = request;
    const wiring = await wire({
      command: context,
      settings,
      version,
      cloudConfig: request.cloudConfig,
      product: request.product,
      report: notesTo(context),
      failFast: true,
    });
    try {
      const begun = beginTargets(request.targets, wiring);
      for (const { error } of begun) if (error !== undefined) throw error;
      const outlook = await lookAhead(begun, wiring, { settings, root, version });
      const about = {
        version,
        targets: request.targets.map(({ name }) => name),
        sources: await sourcesOf(request, context),
        lock: lockAge(wiring.lock, new Date()),
        outlook,
      };
      const reasons = await explainRuns(outlook.forecast.steps, wiring);
      const text = values.json
        ? `${JSON.stringify(planDocument(about, reasons), undefined, 2)}\n`
        : values.mermaid
          ? planMermaid(outlook.forecast.steps)
          : planText(about, reasons);
      context.stdout.write(text);
      return 0;
    } finally {
      await wiring.close();
    }
  },
};
