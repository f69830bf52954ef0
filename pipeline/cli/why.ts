import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { BuildError } from '../core/failure.ts';
import { counterpart } from '../plan/difference.ts';
import type { PlannedStep } from '../plan/planned-step.ts';
import { type FoundRecord, PLAN_FORMAT, type PlanRecord, readRecord } from '../plan/records.ts';
import { parseManifest } from '../publish/manifest.ts';
import { parseVersion } from '../publish/version.ts';
import { REQUEST_OPTIONS, requestFrom } from './build-request.ts';
import type { BuildRequest } from './build-targets.ts';
import type { Command } from './command.ts';
import { explain, type Since } from './explanation.ts';
import { explanationJson, explanationText } from './explanation-text.ts';
import * as messages from './messages.ts';
import { readOptions } from './options.ts';
import * as releaseMessages from './release-messages.ts';
import { notesTo } from './reporter.ts';
import { COMMON_OPTIONS, settingsFrom } from './settings.ts';
import { chosenSteps } from './step-choice.ts';
import { artifactsOf, beginTargets } from './target-outcome.ts';
import { type Wiring, wire } from './wire.ts';

const OPTIONS = {
  ...REQUEST_OPTIONS,
  target: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    help: 'look only at the steps of this target; may be given several times (default: all)',
  },
  dist: { type: 'string', value: 'DIR', help: 'where the release of --since lies (default: dist/os)' },
  since: {
    type: 'string',
    value: 'PLAN|VERSION',
    help: 'compare with a file that `npm run -s plan -- TARGET --json` printed, or with the build of a version (default: the last build in which the key was another)',
  },
  ...COMMON_OPTIONS,
  json: { type: 'boolean', help: 'as JSON' },
} as const;

export const why: Command = {
  name: 'why',
  summary: 'show what changed in the key of a step, without building anything',
  usage: 'STEP [--since PLAN|VERSION]',
  about: `Shows the key of each step whose title is STEP, or contains it, and what in it is not as it was in an earlier build: packages,
files, options, the code of a writer, and the bytes of other steps, with what changed in those. Nothing is built: what stands behind a
step that has not run depends on its bytes, and this is said with its name.`,
  options: OPTIONS,
  async run(context) {
    const { values, positionals } = readOptions(context.argv, OPTIONS);
    const wanted = positionals.join(' ');
    if (wanted === '') throw new BuildError(messages.noStep('why'));
    const isEvery = values.target === undefined;
    const request = await requestFrom({ ...values, all: isEvery || values.all }, [], { command: 'why', context });
    const wiring = await wire({
      command: context,
      settings: settingsFrom(values, context),
      version: request.version,
      cloudConfig: request.cloudConfig,
      product: request.product,
      report: notesTo(context),
      failFast: true,
    });
    try {
      const begun = beginTargets(request.targets, wiring);
      if (!isEvery) for (const { error } of begun) if (error !== undefined) throw error;
      const { steps } = await wiring.forecast(artifactsOf(begun), { isUnisolated: true });
      const chosen = chosenSteps(steps, wanted);
      const since = await sinceOf(values.since, request, wiring);
      const explanations = [];
      for (const step of chosen) explanations.push(await explain(step, { steps, since: await since(step), wiring }));
      context.stdout.write(
        values.json
          ? `${JSON.stringify({ format: PLAN_FORMAT, steps: explanations.map(explanationJson) }, undefined, 2)}\n`
          : explanations.map(explanationText).join('\n'),
      );
      return 0;
    } finally {
      await wiring.close();
    }
  },
};

/** Finds what a step is compared with; undefined where nothing is known. */
type SinceOf = (step: PlannedStep) => Promise<Since | undefined>;

async function sinceOf(given: string | undefined, request: BuildRequest, wiring: Wiring): Promise<SinceOf> {
  if (given === undefined) return (step) => lastChange(step, wiring);
  const record = existsSync(given) ? await recordIn(given) : await recordOf(given, request, wiring);
  return async () => ({ record, words: existsSync(given) ? given : `the build of ${record.version}` });
}

/** The last build that had the step with another key; where there is none, the last that had it at all. */
async function lastChange(step: PlannedStep, { records }: Wiring): Promise<Since | undefined> {
  const keyIn = ({ steps }: PlanRecord) => counterpart(step, steps);
  const isOther = (record: PlanRecord) => {
    const before = keyIn(record);
    return before !== undefined && (step.key === undefined || before.key !== step.key);
  };
  const found = (await records.newest(isOther)) ?? (await records.newest((record) => keyIn(record) !== undefined));
  return found && { record: found.record, words: buildWords(found) };
}

function buildWords({ record, used }: FoundRecord): string {
  return `the build of ${record.version} (${record.targets.join(', ')}) at ${new Date(used).toISOString().slice(0, 16)}Z`;
}

async function recordIn(file: string): Promise<PlanRecord> {
  const record = await readRecord(file);
  if (record) return record;
  throw new BuildError(releaseMessages.notAPlan(file));
}

/** The build that a release is of: its manifest names the sources, and the store may remember what they were built to. */
async function recordOf(version: string, { root }: BuildRequest, { records }: Wiring): Promise<PlanRecord> {
  if (version !== 'latest') parseVersion(version);
  const file = path.join(root, version, 'release.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new BuildError(releaseMessages.noSuchRelease(version, file, true));
  const manifest = parseManifest(text);
  if (!manifest) throw new BuildError(releaseMessages.manifestUnreadable(file, true));
  const found = await records.newest(
    (record) => record.version === manifest.version && record.sources === manifest.sources,
  );
  if (found) return found.record;
  throw new BuildError(releaseMessages.buildNotRemembered(manifest.version, file, manifest.sources));
}
