import path from 'node:path';
import { harmless } from '../core/harmless.ts';
import { unfitForRelease, waivesIsolation } from '../exec/probe.ts';
import { PackageGone } from '../fetch/package-gone.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import { DirectoryDestination } from '../publish/directory.ts';
import { demandPublishable } from '../publish/publish.ts';
import { digestOfSources } from '../publish/sources.ts';
import { paintFor } from '../report/paint.ts';
import { REQUEST_OPTIONS, requestFrom } from './build-request.ts';
import { type BuildRequest, buildTargets } from './build-targets.ts';
import type { Command, CommandContext } from './command.ts';
import { makeTarget } from './made-target.ts';
import { readOptions } from './options.ts';
import { refreshPins } from './pins.ts';
import { notesTo } from './reporter.ts';
import { COMMON_OPTIONS, type Settings, settingsFrom } from './settings.ts';
import { wire } from './wire.ts';

const OPTIONS = {
  ...REQUEST_OPTIONS,
  'dry-run': { type: 'boolean', help: 'check everything that can be checked, list the files, and build nothing' },
  ...COMMON_OPTIONS,
} as const;

export const build: Command = {
  name: 'build',
  summary: 'build the release files of one or more targets',
  usage: '-- --target NAME [--target NAME ...] | --all',
  about: 'Builds targets and puts their files, SHA256SUMS and release.json into dist/os/<version>/.',
  notes:
    'Exit codes: 0 ok, 1 a step failed, 2 usage or configuration, 3 no executor or tool, 4 wrong bytes, 130 interrupted.',
  options: OPTIONS,
  async run(context) {
    const { values, positionals } = readOptions(context.argv, OPTIONS);
    // Before anything else is done: a mistake in it leaves nothing behind.
    const request = await requestFrom(values, positionals, { command: 'build', context });
    const { version, cloudConfig } = request;
    const settings = settingsFrom(values, context);
    if (waivesIsolation(settings.executor) && request.isFinal)
      throw unfitForRelease(`the executor "${settings.executor}" was asked for`);
    const sources = await digestOfSources(context.projectFolder, cloudConfig);
    await demandPublishable({ version, sources }, new DirectoryDestination(request.root, { epoch: BUILD_EPOCH }));
    if (values['dry-run']) return showBuild(request, settings, context);
    await buildWithFreshPins(request, settings, context);
    return 0;
  },
};

/** Lists what a build would make. Overlays, sets and lists were read for it, so a mistake in them is told. */
async function showBuild(request: BuildRequest, settings: Settings, context: CommandContext): Promise<number> {
  const wiring = await wire({
    command: context,
    settings,
    version: request.version,
    cloudConfig: request.cloudConfig,
    report: notesTo(context),
    failFast: true,
  });
  try {
    const paint = paintFor(context.stderr, context.env);
    for (const warning of request.cloudConfig?.warnings ?? [])
      context.stderr.write(`${paint.yellow('warning:')} ${harmless(warning)}\n`);
    const targets = request.targets.map((target) => ({
      name: target.name,
      files: Object.keys(makeTarget(target, wiring).artifacts),
    }));
    const folder = path.join(request.root, request.version);
    const lines = targets.flatMap(({ name, files }) => [
      `${name}:`,
      ...files.map((file) => `    ${path.join(folder, file)}`),
    ]);
    context.stdout.write(
      settings.output === 'json'
        ? `${JSON.stringify({ version: request.version, folder, targets })}\n`
        : `${lines.join('\n')}\n`,
    );
    return 0;
  } finally {
    await wiring.close();
  }
}

/** How often a build may lock sets anew because a package is gone: each time another set may be concerned. */
const REFRESH_LIMIT = 5;

/** Builds; where a locked package is gone from every source, locks its successor, says so, and builds again (not with --frozen). */
async function buildWithFreshPins(request: BuildRequest, settings: Settings, context: CommandContext): Promise<void> {
  for (let refreshed = 0; ; refreshed++) {
    try {
      return await buildTargets(
        { ...request, refreshes: request.refreshes && refreshed < REFRESH_LIMIT },
        settings,
        context,
      );
    } catch (error) {
      if (!(error instanceof PackageGone) || !request.refreshes || refreshed === REFRESH_LIMIT) throw error;
      await refreshPins(error.pin, settings, context);
    }
  }
}
