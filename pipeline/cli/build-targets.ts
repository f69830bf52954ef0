import path from 'node:path';
import type { BakedConfig } from '../config/cloud-config.ts';
import type { Digest } from '../core/digest.ts';
import type { ResultDetails } from '../core/event.ts';
import { harmless } from '../core/harmless.ts';
import { stopIfAborted } from '../core/interrupted.ts';
import type { Report, Reporter } from '../core/ports.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import type { LeaseWaitOptions } from '../host/lease-watch.ts';
import type { Product } from '../product/product.ts';
import { DirectoryDestination } from '../publish/directory.ts';
import type { ReleaseFile } from '../publish/manifest.ts';
import { type Published, publishRelease } from '../publish/publish.ts';
import { joined } from '../publish/shipped.ts';
import type { Uploaded } from '../remote/uploads.ts';
import { formatBinary, formatBytes } from '../report/format.ts';
import { paintFor } from '../report/paint.ts';
import { count, emptyTally } from '../report/tally.ts';
import type { DeclaredTarget } from './all-targets.ts';
import { BuildMemory } from './build-memory.ts';
import type { CommandContext } from './command.ts';
import { collectedText } from './gc.ts';
import { lookAheadAtSound, planEvent } from './outlook.ts';
import { type Accepted, refuseOutlook } from './refusals.ts';
import { makeReporter } from './reporter.ts';
import { sourcesOf } from './request-sources.ts';
import type { Settings } from './settings.ts';
import {
  beginTargets,
  buildOutcomes,
  goneIn,
  reasonText,
  type TargetOutcome,
  throwFailures,
} from './target-outcome.ts';
import { type Wiring, waitsOf, wire } from './wire.ts';

/** What a person asked to be built. */
export interface BuildRequest {
  readonly targets: readonly DeclaredTarget[];
  /** All targets that a final version must have before `latest` may point to it. */
  readonly line: readonly string[];
  readonly version: string;
  /** Whether the version is that of a release: it has no prerelease. */
  readonly isFinal: boolean;
  /** `dist/os`. */
  readonly root: string;
  /** Whether a locked package that is gone everywhere is thrown before anything is published, for its set to be locked anew. */
  readonly refreshes: boolean;
  /** What is baked into all files. */
  readonly cloudConfig: BakedConfig | undefined;
  /** The project whose files are built; undefined where it is the release itself. */
  readonly product: Product | undefined;
}

/** How it is to be built. */
export interface BuildAbout {
  readonly settings: Settings;
  readonly accepted: Accepted;
  /** Digest of the sources when the build began. */
  readonly sources: Digest;
  /** Whether directories of failed steps are kept. */
  readonly keepFailed: boolean;
  /** Whether results are given to the remote cache. */
  readonly fillsRemoteCache: boolean;
  readonly context: CommandContext;
}

/** Builds targets and publishes those that came about. Throws what went wrong, after the rest was published. */
export async function buildTargets(request: BuildRequest, about: BuildAbout): Promise<void> {
  const { settings, accepted, context: command } = about;
  const reporter = await makeReporter(settings.output, command);
  const memory = new BuildMemory();
  const { version } = request;
  const tally = emptyTally();
  const report: Report = (event) => {
    count(tally, event);
    reporter.report(event);
  };
  command.conclude({ version });
  try {
    for (const message of request.cloudConfig?.warnings ?? [])
      reporter.report({ type: 'note', level: 'warning', message });
    const wiring = await wire({
      command,
      settings,
      version: request.version,
      cloudConfig: request.cloudConfig,
      product: request.product,
      report: memory.listening(report),
      failFast: request.targets.length === 1,
      keepFailed: about.keepFailed,
      fillsRemoteCache: about.fillsRemoteCache,
    });
    try {
      const begun = beginTargets(request.targets, wiring);
      const targets = request.targets.map(({ name }) => name);
      const outlook = await lookAheadAtSound(begun, wiring, { settings, root: request.root, version });
      reporter.report(planEvent(outlook, { version, targets }));
      const asked = { request, settings, accepted, context: command, report: reporter.report };
      await refuseOutlook(asked, { wiring, outlook, begun, sources: about.sources });
      const outcomes = await buildOutcomes(begun, wiring);
      const gone = goneIn(outcomes);
      if (gone && request.refreshes) throw gone;
      // Who stops a build does not want what lies there to be replaced by a part of it; what was finished is in the store.
      const finished = !command.signal.aborted ? outcomes.filter(({ reasons }) => reasons.length === 0) : [];
      const sources = await sourcesOf(request, command);
      const published =
        finished.length > 0
          ? await publish(request, finished, { wiring, sources, wait: waitsOf(reporter.report, command.signal) })
          : undefined;
      command.conclude({ ...resultOf(outcomes, published), stepsRun: tally.made, stepsReused: tally.cached });
      for (const { target, files } of outcomes)
        for (const [name, { digest, size }] of Object.entries(files))
          reporter.report({ type: 'file', target: target.name, path: name, blob: { digest, size } });
      if (published && published.removed.length > 0)
        reporter.report({ type: 'note', level: 'warning', message: takenOut(published) });
      if (finished.length === outcomes.length) await memory.keep(begun, wiring, { version, sources, targets });
      if (published && published.repaired.length > 0)
        reporter.report({ type: 'note', level: 'warning', message: repairedText(published) });
      const uploaded = await wiring.finishUploads();
      if (uploaded) reporter.report({ type: 'note', level: 'info', message: uploadedText(uploaded) });
      if (!command.signal.aborted) await limitStore(wiring, reporter, settings);
      await reporter.close();
      const place = published && shownDirectory(published.place);
      if (published && place !== undefined && settings.output !== 'json')
        command.stdout.write(summary(outcomes, { ...published, place }, command));
      throwFailures(outcomes, place);
      stopIfAborted(command.signal);
    } finally {
      await wiring.close();
    }
  } finally {
    await reporter.close();
  }
}

function resultOf(outcomes: readonly TargetOutcome[], published: Published | undefined): ResultDetails {
  const files = outcomes.flatMap((outcome) => Object.values(outcome.files));
  return {
    directory: published?.place,
    isLatest: published?.isLatest,
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    targetsBuilt: outcomes.filter(({ reasons }) => reasons.length === 0).map(({ target }) => target.name),
    targetsFailed: outcomes.filter(({ reasons }) => reasons.length > 0).map(({ target }) => target.name),
    targetsTakenOut: published?.removed,
  };
}

/** Keeps the store within its budget. Trouble with that spoils no build. */
async function limitStore(wiring: Wiring, reporter: Reporter, settings: Settings): Promise<void> {
  const note = (level: 'info' | 'warning', message: string) => reporter.report({ type: 'note', level, message });
  try {
    const collected = await wiring.limitStore();
    if (!collected) return;
    const most = formatBinary(settings.cacheMost);
    if (collected.files > 0) note('info', `The store took more than its ${most}: ${collectedText(collected)}`);
    if (collected.left > settings.cacheMost)
      note(
        'warning',
        `The store takes ${formatBinary(collected.left)}, more than its ${most}: all of it was used lately. See --cache-max.`,
      );
  } catch (error) {
    note(
      'warning',
      `The store could not be kept within its size: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function publish(
  request: BuildRequest,
  finished: readonly TargetOutcome[],
  { wiring, sources, wait }: { readonly wiring: Wiring; readonly sources: Digest; readonly wait: LeaseWaitOptions },
): Promise<Published> {
  const { root, version, cloudConfig, line, product } = request;
  return publishRelease(
    {
      version,
      sources,
      cloudConfig: cloudConfig?.digest,
      product: product?.file.data.name,
      targets: finished.map(({ target }) => target.name),
      files: Object.assign({}, ...finished.map(({ files }) => files)) as { readonly [path: string]: ReleaseFile },
      shipped: joined(finished.map(({ shipped }) => shipped)),
      line,
    },
    new DirectoryDestination(root, { epoch: BUILD_EPOCH, wait }),
    (blob) => wiring.store.pathOf(blob.digest),
  );
}

function takenOut({ place, removed }: Published): string {
  return `The files of ${removed.join(', ')} in ${shownDirectory(place)} were of other sources or of another cloud-config, and were taken out: one version is of one source. Build them again with this target, or give this one a --version of its own.`;
}

function repairedText({ place, repaired }: Published): string {
  return `Repaired in ${shownDirectory(place)}: ${repaired.join(', ')}. Somebody had changed or removed what an earlier build put there.`;
}

function uploadedText({ results, bytes }: Uploaded): string {
  return `The remote cache was given ${results} results that it did not have (${formatBytes(bytes)}).`;
}

/** A directory as a person in the current one would name it. */
function shownDirectory(directory: string): string {
  const relative = path.relative(process.cwd(), directory);
  return relative.startsWith('..') ? directory : relative || '.';
}

function summary(outcomes: readonly TargetOutcome[], published: Published, command: CommandContext): string {
  const paint = paintFor(command.stdout, command.env);
  const rows = outcomes
    .flatMap(({ files }) => Object.entries(files))
    .map(
      ([name, file]) =>
        `  ${name.padEnd(36)} ${formatBytes(file.size).padStart(9)}  ${paint.dim(file.digest.slice(7, 19))}\n`,
    );
  const failed = outcomes
    .filter(({ reasons }) => reasons.length > 0)
    .map((outcome) => `${paint.red('✖')} ${outcome.target.name}: ${harmless(reasonText(outcome))}\n`);
  const latest = published.isLatest ? ` (and ${path.join(path.dirname(published.place), 'latest')})` : '';
  return `${rows.join('')}${paint.green('✔')} ${published.place}${latest}\n${failed.join('')}`;
}
