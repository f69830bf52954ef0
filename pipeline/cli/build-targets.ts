import path from 'node:path';
import { BuildError, type Failure } from '../core/failure.ts';
import type { Reporter } from '../core/ports.ts';
import type { Artifact, Blob } from '../core/step.ts';
import type { Target } from '../core/target.ts';
import { PackageGone } from '../fetch/package-gone.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import { type Published, publishToDist } from '../publish/dist.ts';
import type { ReleaseFile } from '../publish/manifest.ts';
import { digestOfSources } from '../publish/sources.ts';
import { parseVersion } from '../publish/version.ts';
import type { BuildContext } from '../recipes/context.ts';
import { formatBinary, formatBytes } from '../report/format.ts';
import { paintFor } from '../report/paint.ts';
import type { CommandContext } from './command.ts';
import { collectedText } from './gc.ts';
import { makeReporter } from './reporter.ts';
import type { Settings } from './settings.ts';
import { type Wiring, wire } from './wire.ts';

/** What a person asked to be built. */
export interface BuildRequest {
  readonly targets: readonly Target<BuildContext>[];
  /** All targets that a final version must have before `latest` may point to it. */
  readonly line: readonly string[];
  readonly version: string;
  /** `dist/os`. */
  readonly root: string;
}

/** Builds targets and publishes those that came about. Throws what went wrong, after the rest was published. */
export async function buildTargets(request: BuildRequest, settings: Settings, command: CommandContext): Promise<void> {
  const reporter = await makeReporter(settings.output, command);
  try {
    const wiring = await wire({
      command,
      settings,
      version: request.version,
      report: reporter.report,
      failFast: request.targets.length === 1,
    });
    try {
      const outcome = await runSteps(request.targets, wiring);
      if (outcome.gone && !settings.frozen) throw outcome.gone;
      const failures = [...outcome.failures, ...unfitForRelease(request, wiring)];
      const canPublish = outcome.finished.length > 0 && outcome.proven && unfitForRelease(request, wiring).length === 0;
      const published = canPublish ? await publish(request, outcome, wiring, command) : undefined;
      for (const [name, blob] of Object.entries(outcome.files))
        reporter.report({ type: 'file', target: blob.target, path: name, blob });
      await limitStore(wiring, reporter, settings);
      await reporter.close();
      if (published && settings.output !== 'json') command.stdout.write(summary(outcome.files, published, command));
      throwDistinct(failures);
    } finally {
      await wiring.close();
    }
  } finally {
    await reporter.close();
  }
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

interface Outcome {
  readonly files: { readonly [path: string]: ReleaseFile };
  /** Names of the targets all of whose files came about. */
  readonly finished: readonly string[];
  readonly proven: boolean;
  readonly failures: readonly Failure[];
  /** A locked package that no source has any more. */
  readonly gone: PackageGone | undefined;
}

async function runSteps(targets: readonly Target<BuildContext>[], wiring: Wiring): Promise<Outcome> {
  const promised = targets.map((target) => ({ target, artifacts: target.make(wiring.context) }));
  const build = (artifacts: readonly Artifact[]) =>
    Promise.allSettled(artifacts.map((artifact) => wiring.engine.build(artifact)));
  const [proofs, ...results] = await Promise.all([
    build(wiring.proofs),
    ...promised.map(({ artifacts }) => build(Object.values(artifacts))),
  ]);
  const files: { [path: string]: ReleaseFile } = {};
  const finished: string[] = [];
  const reasons = [...reasonsOf(proofs)];
  for (const [index, { target, artifacts }] of promised.entries()) {
    const settled = results[index] ?? [];
    reasons.push(...reasonsOf(settled));
    if (reasonsOf(settled).length > 0) continue;
    finished.push(target.name);
    for (const [position, name] of Object.keys(artifacts).entries()) {
      const blob = settled[position];
      if (blob?.status === 'fulfilled') files[name] = { ...blob.value, target: target.name };
    }
  }
  return {
    files,
    finished,
    proven: reasonsOf(proofs).length === 0,
    failures: reasons.flatMap(failuresOf),
    gone: reasons.find((reason) => reason instanceof PackageGone),
  };
}

function reasonsOf(settled: readonly PromiseSettledResult<Blob>[]): readonly unknown[] {
  return settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
}

/** A failure is shown to a person; anything else is a bug and keeps its stack. */
function failuresOf(reason: unknown): readonly Failure[] {
  if (reason instanceof BuildError) return reason.failures;
  throw reason;
}

/** What was made without isolation enters development versions only. */
function unfitForRelease(request: BuildRequest, wiring: Wiring): readonly Failure[] {
  const isFinal = parseVersion(request.version).prerelease.length === 0;
  if (!isFinal || !wiring.engine.executorsUsed.has('none')) return [];
  return [
    {
      kind: 'no-executor',
      message: 'Steps ran without isolation, which is not fit for a release.',
      hint: 'Make bubblewrap work here, or build a -dev version.',
    },
  ];
}

async function publish(
  request: BuildRequest,
  outcome: Outcome,
  wiring: Wiring,
  command: CommandContext,
): Promise<Published> {
  return publishToDist({
    root: request.root,
    version: request.version,
    sources: await digestOfSources(command.projectFolder),
    targets: outcome.finished,
    files: outcome.files,
    pathOf: (blob) => wiring.store.pathOf(blob.digest),
    line: request.line,
    epoch: BUILD_EPOCH,
  });
}

/** Each distinct failure once, since several files may fail for one cause; an interruption only where nothing else failed. */
function throwDistinct(failures: readonly Failure[]): void {
  const distinct = [
    ...new Map(failures.map((failure) => [`${failure.message}\0${failure.evidence ?? ''}`, failure])).values(),
  ];
  const causes = distinct.filter((failure) => failure.kind !== 'interrupted');
  const [first, ...rest] = causes.length > 0 ? causes : distinct;
  if (first) throw new BuildError([first, ...rest]);
}

function summary(
  files: { readonly [path: string]: ReleaseFile },
  published: Published,
  command: CommandContext,
): string {
  const paint = paintFor(command.stdout, command.env);
  const rows = Object.entries(files).map(
    ([name, file]) =>
      `  ${name.padEnd(36)} ${formatBytes(file.size).padStart(9)}  ${paint.dim(file.digest.slice(7, 19))}`,
  );
  const relative = path.relative(process.cwd(), published.folder);
  const shown = relative.startsWith('..') ? published.folder : relative || '.';
  const latest = published.isLatest ? ` (and ${path.join(path.dirname(shown), 'latest')})` : '';
  return `${rows.join('\n')}\n${paint.green('✔')} ${shown}${latest}\n`;
}
