import path from 'node:path';
import { BuildError } from '../core/failure.ts';
import { PackageGone } from '../fetch/package-gone.ts';
import { REQUEST_OPTIONS, requestFrom } from './build-request.ts';
import { type BuildAbout, type BuildRequest, buildTargets } from './build-targets.ts';
import type { Command } from './command.ts';
import * as messages from './messages.ts';
import { readOptions } from './options.ts';
import { lookAhead } from './outlook.ts';
import { refreshPins } from './pins.ts';
import { acceptedBy, REFUSAL_OPTIONS, refuseOutlook, refuseRequest } from './refusals.ts';
import { notesTo } from './reporter.ts';
import { sourcesOf } from './request-sources.ts';
import { COMMON_OPTIONS, settingsFrom } from './settings.ts';
import { beginTargets } from './target-outcome.ts';
import { wire } from './wire.ts';

const OPTIONS = {
  ...REQUEST_OPTIONS,
  ...REFUSAL_OPTIONS,
  'dry-run': { type: 'boolean', help: 'check everything that can be checked, list the files, and build nothing' },
  'keep-failed': {
    type: 'boolean',
    help: 'keep the directory of a step that fails, with links to its inputs and a script that repeats it',
  },
  'remote-cache-upload': {
    type: 'boolean',
    help: 'give results to the remote cache; trouble with that stops no build',
  },
  ...COMMON_OPTIONS,
} as const;

export const build: Command = {
  name: 'build',
  summary: 'build the release files of one or more targets',
  usage: '--target NAME [--target NAME ...] | --all',
  about: 'Builds targets and puts their files, SHA256SUMS and release.json into dist/os/<version>/.',
  notes:
    'Exit codes: 0 ok, 1 a step failed, 2 usage or configuration, 3 no executor or tool, 4 wrong bytes, 130 interrupted.',
  options: OPTIONS,
  words: 'targets',
  async run(context) {
    const { values, positionals } = readOptions(context.argv, OPTIONS);
    // Before anything else is done: a mistake in it leaves nothing behind.
    const request = await requestFrom(values, positionals, { command: 'build', context });
    const settings = settingsFrom(values, context);
    const accepted = acceptedBy(values);
    const fillsRemoteCache = values['remote-cache-upload'] === true;
    if (fillsRemoteCache && !settings.remoteCache) throw new BuildError(messages.uploadWithoutCache());
    const sources = await sourcesOf(request, context);
    await refuseRequest({ request, settings, accepted, context, report: notesTo(context) }, sources);
    const about = { settings, accepted, sources, context };
    if (values['dry-run']) return showBuild(request, { ...about, keepFailed: false, fillsRemoteCache: false });
    const keepFailed = values['keep-failed'] === true;
    await buildWithFreshPins(request, { ...about, keepFailed, fillsRemoteCache });
    return 0;
  },
};

/** Lists what a build would make. Overlays, sets and lists were read for it, so a mistake in them is told. */
async function showBuild(request: BuildRequest, about: BuildAbout): Promise<number> {
  const { settings, accepted, sources, context } = about;
  const report = notesTo(context);
  const wiring = await wire({
    command: context,
    settings,
    version: request.version,
    cloudConfig: request.cloudConfig,
    product: request.product,
    report,
    failFast: true,
  });
  try {
    for (const message of request.cloudConfig?.warnings ?? []) report({ type: 'note', level: 'warning', message });
    const begun = beginTargets(request.targets, wiring);
    for (const { error } of begun) if (error !== undefined) throw error;
    const { root, version } = request;
    const outlook = await lookAhead(begun, wiring, { settings, root, version });
    await refuseOutlook({ request, settings, accepted, context, report }, { wiring, outlook, begun, sources });
    const targets = begun.map(({ target, made }) => ({ name: target.name, files: Object.keys(made?.artifacts ?? {}) }));
    const folder = path.join(root, version);
    const lines = targets.flatMap(({ name, files }) => [
      `${name}:`,
      ...files.map((file) => `    ${path.join(folder, file)}`),
    ]);
    context.stdout.write(
      settings.output === 'json' ? `${JSON.stringify({ version, folder, targets })}\n` : `${lines.join('\n')}\n`,
    );
    return 0;
  } finally {
    await wiring.close();
  }
}

/** How often a build may lock sets anew because a package is gone: each time another set may be concerned. */
const REFRESH_LIMIT = 5;

/** Builds; where a locked package is gone from every source, locks its successor, says so, and builds again (not with --frozen). */
async function buildWithFreshPins(request: BuildRequest, about: BuildAbout): Promise<void> {
  for (let refreshed = 0; ; refreshed++) {
    try {
      return await buildTargets({ ...request, refreshes: request.refreshes && refreshed < REFRESH_LIMIT }, about);
    } catch (error) {
      if (!(error instanceof PackageGone) || !request.refreshes || refreshed === REFRESH_LIMIT) throw error;
      await refreshPins(error.pin, about.settings, about.context, request.product);
    }
  }
}
