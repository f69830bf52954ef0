import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BuildError } from '../core/failure.ts';
import type { PlannedStep } from '../plan/planned-step.ts';
import { type Built, THIS_PROJECT } from '../size/inside.ts';
import { type SizedMedium, sizedMedium } from '../size/media.ts';
import { type SizeReport, sizePage } from '../size/page.ts';
import { sizeSummary } from '../size/summary.ts';
import { noTargetNamed } from './all-targets.ts';
import { REQUEST_OPTIONS, requestFrom } from './build-request.ts';
import type { Command, CommandContext } from './command.ts';
import type { MadeTarget } from './made-target.ts';
import * as messages from './messages.ts';
import { readOptions } from './options.ts';
import { PROJECT_OPTION } from './project-option.ts';
import * as releaseMessages from './release-messages.ts';
import { notesTo } from './reporter.ts';
import { COMMON_OPTIONS, settingsFrom } from './settings.ts';
import { beginTargets } from './target-outcome.ts';
import { storeFolder, type Wiring, wire } from './wire.ts';

const { version, 'cloud-config': cloudConfig } = REQUEST_OPTIONS;

const OPTIONS = {
  page: {
    type: 'string',
    value: 'FILE',
    help: 'where the page goes (default: dist/size/TARGET.html; none with --json)',
  },
  version: { ...version, help: `${version.help}: the one that was built` },
  'cloud-config': { ...cloudConfig, help: 'the cloud-config that was baked into the build' },
  ...PROJECT_OPTION,
  cache: COMMON_OPTIONS.cache,
  json: {
    type: 'boolean',
    help: 'as JSON: each medium, component, package and file with its bytes and unpacked bytes',
  },
} as const;

export const size: Command = {
  name: 'size',
  summary: 'write a page with a treemap of what takes the room in each release file: component, package, file',
  usage: 'TARGET',
  about: `Shows what takes the bytes of each release file of a target that was built: components, packages, files. It writes a page with a
treemap and a table, and prints the largest. Sizes of components are exact. Those of packages and files are shares: a compressed layer is
apportioned over its files by what they have unpacked. "${THIS_PROJECT}" is what no package brought. Nothing is built or unpacked.`,
  options: OPTIONS,
  words: 'targets',
  async run(context) {
    const { values, positionals } = readOptions(context.argv, OPTIONS);
    if (positionals.length === 0) throw noTargetNamed('npm run size -- amd64');
    const request = await requestFrom(values, positionals, { command: 'size', context });
    const [target = '', more] = request.targets.map(({ name }) => name);
    if (more !== undefined) throw new BuildError(messages.pageOfOneTarget(positionals));
    const settings = settingsFrom({ cache: values.cache }, context);
    const wiring = await wire({
      command: context,
      settings,
      version: request.version,
      cloudConfig: request.cloudConfig,
      product: request.product,
      report: notesTo(context),
      failFast: true,
    });
    try {
      const [begun] = beginTargets(request.targets, wiring);
      if (!begun?.made) throw begun?.error;
      const media = await mediaOf(begun.made, wiring, () => {
        const given = { version: values.version, 'cloud-config': values['cloud-config'] };
        return new BuildError(releaseMessages.targetNotBuilt(target, storeFolder(settings), given));
      });
      const report: SizeReport = { target, version: request.version, media };
      if (values.json) context.stdout.write(`${JSON.stringify({ format: 1, ...report }, undefined, 1)}\n`);
      else context.stdout.write(sizeSummary(media));
      const usual = path.join(path.dirname(request.root), 'size', `${target}.html`);
      await writePage(report, { page: values.page, usual: values.json ? undefined : usual, context });
      return 0;
    } finally {
      await wiring.close();
    }
  },
};

/** Looks the results of all steps up, and what lies in them. Only a target whose files are all in the store can be looked into. */
async function mediaOf(
  { artifacts }: MadeTarget,
  wiring: Wiring,
  notBuilt: () => BuildError,
): Promise<readonly SizedMedium[]> {
  const { steps } = await wiring.forecast(Object.values(artifacts), { isUnisolated: true });
  if (steps.some(({ state }) => state !== 'cached')) throw notBuilt();
  const built = builtOf(steps, wiring);
  const media = Object.entries(artifacts).map(([file, artifact]) => {
    const medium = wiring.mediumOf(artifact);
    if (!medium) throw new Error(`nothing is known of ${file}`);
    return sizedMedium(file, { artifact, medium: { ...medium, parts: medium.parts ?? [artifact] } }, built);
  });
  return Promise.all(media);
}

function builtOf(steps: readonly PlannedStep[], { context: { graph }, engine, store }: Wiring): Built {
  const made = new Map(steps.map(({ id, made: outputs = {} }) => [id, outputs]));
  return {
    graph,
    blobOf: async (ref) => {
      if (ref.from === 'step') return made.get(ref.step)?.[ref.output];
      return ref.from === 'repository' ? engine.fetch(ref) : ref;
    },
    pathOf: ({ digest }) => store.pathOf(digest),
    readText: ({ digest }) => readFile(store.pathOf(digest), 'utf8'),
  };
}

/** Writes the page to the file that was named, else to the usual one. */
async function writePage(
  report: SizeReport,
  {
    page,
    usual,
    context,
  }: { readonly page: string | undefined; readonly usual: string | undefined; readonly context: CommandContext },
): Promise<void> {
  const file = page === undefined ? usual : path.resolve(context.callerFolder, page);
  if (file === undefined) return;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, sizePage(report));
  } catch (error) {
    throw new BuildError(messages.pageNotWritten(file, error instanceof Error ? error.message : String(error)));
  }
  if (usual !== undefined) context.stdout.write(`\nThe page: ${file}\n`);
}
