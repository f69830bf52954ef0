import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { BuildError, type Failure } from '../core/failure.ts';
import type { Blob } from '../core/step.ts';
import type { Target } from '../core/target.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import { type Published, publishToDist } from '../publish/dist.ts';
import type { ReleaseFile } from '../publish/manifest.ts';
import { digestOfSources } from '../publish/sources.ts';
import { parseVersion } from '../publish/version.ts';
import type { BuildContext } from '../recipes/context.ts';
import { formatBytes } from '../report/format.ts';
import { paintFor } from '../report/paint.ts';
import { allTargets, chosenTargets } from './all-targets.ts';
import type { Command, CommandContext } from './command.ts';
import { readOptions } from './options.ts';
import { makeReporter } from './reporter.ts';
import { COMMON_HELP, COMMON_OPTIONS, type Settings, settingsFrom } from './settings.ts';
import { wire } from './wire.ts';

export const build: Command = {
  name: 'build',
  summary: 'builds the release files of one or more targets',
  help: `Usage: npm run build -- --target NAME [--target NAME ...] | --all

Builds targets and puts their files, SHA256SUMS and release.json into dist/os/<version>/.

  --target NAME          a target; may be given several times (npm run targets lists them)
  --all                  every target
  --version vX.Y.Z       the version to build (default: package.json's version with -dev)
  --dist DIR             where releases go (default: dist/os)
${COMMON_HELP}
Exit codes: 0 ok, 1 a step failed, 2 usage or configuration, 3 no executor or tool, 4 wrong bytes, 130 interrupted.
`,
  async run(context) {
    const { values, positionals } = readOptions(context.argv, {
      ...COMMON_OPTIONS,
      target: { type: 'string', multiple: true },
      all: { type: 'boolean' },
      version: { type: 'string' },
      dist: { type: 'string' },
    });
    const all = allTargets();
    const names = [...(values.target ?? []), ...positionals];
    if (names.length === 0 && !values.all) {
      throw new BuildError({ kind: 'usage', message: 'No target was named.', hint: `Try: npm run build -- --target amd64. Targets: ${all.map((target) => target.name).join(', ')}, or --all.` });
    }
    const version = parseVersion(values.version ?? `v${await packageVersion(context.projectFolder)}-dev`).text;
    const request = {
      targets: values.all ? all : chosenTargets(names, all),
      line: all.map((target) => target.name),
      version,
      root: path.resolve(context.projectFolder, values.dist ?? 'dist/os'),
    };
    return buildTargets(request, settingsFrom(values, context), context);
  },
};

interface BuildRequest {
  readonly targets: readonly Target<BuildContext>[];
  readonly line: readonly string[];
  readonly version: string;
  readonly root: string;
}

async function buildTargets(request: BuildRequest, settings: Settings, command: CommandContext): Promise<number> {
  const reporter = await makeReporter(settings.output, command);
  try {
    const wiring = await wire({ command, settings, version: request.version, report: reporter.report, failFast: request.targets.length === 1 });
    try {
      const promised = request.targets.map((target) => ({ target, artifacts: target.make(wiring.context) }));
      const results = await Promise.all(
        promised.map(async ({ target, artifacts }) => {
          const named = Object.entries(artifacts);
          const settled = await Promise.allSettled(named.map(([, artifact]) => wiring.engine.build(artifact)));
          return { target, named, settled };
        }),
      );
      const files: { [path: string]: ReleaseFile } = {};
      const finished: string[] = [];
      const failures: Failure[] = [];
      for (const { target, named, settled } of results) {
        const reasons = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
        for (const reason of reasons) failures.push(...failuresOf(reason));
        if (reasons.length > 0) continue;
        finished.push(target.name);
        for (const [index, [name]] of named.entries()) {
          const { digest, size } = (settled[index] as PromiseFulfilledResult<Blob>).value;
          files[name] = { digest, size, target: target.name };
        }
      }
      const unsafe = wiring.engine.executorsUsed.has('none') && parseVersion(request.version).prerelease.length === 0;
      if (unsafe) failures.push({ kind: 'no-executor', message: 'Steps ran without isolation, which is not fit for a release.', hint: 'Make bubblewrap work here, or build a -dev version.' });
      const published =
        finished.length > 0 && !unsafe
          ? await publishToDist({
              root: request.root,
              version: request.version,
              sources: await digestOfSources(command.projectFolder),
              targets: finished,
              files,
              pathOf: (blob) => wiring.store.pathOf(blob.digest),
              line: request.line,
              epoch: BUILD_EPOCH,
            })
          : undefined;
      for (const [name, blob] of Object.entries(files)) reporter.report({ type: 'file', target: blob.target, path: name, blob });
      await wiring.close();
      await reporter.close();
      if (published && settings.output !== 'json') command.stdout.write(summary(files, published, command));
      return finish(failures);
    } finally {
      await wiring.close();
    }
  } finally {
    await reporter.close();
  }
}

/** Each distinct failure once: several files may fail for one cause. */
function finish(failures: readonly Failure[]): number {
  const distinct = [...new Map(failures.map((failure) => [`${failure.message}\0${failure.evidence ?? ''}`, failure])).values()];
  const real = distinct.filter((failure) => failure.kind !== 'interrupted');
  const [first, ...rest] = real.length > 0 ? real : distinct;
  if (!first) return 0;
  throw new BuildError([first, ...rest]);
}

function failuresOf(reason: unknown): readonly Failure[] {
  if (reason instanceof BuildError) return reason.failures;
  throw reason;
}

function summary(files: { readonly [path: string]: ReleaseFile }, published: Published, command: CommandContext): string {
  const paint = paintFor(command.stdout, command.env);
  const rows = Object.entries(files).map(([name, file]) => `  ${name.padEnd(36)} ${formatBytes(file.size).padStart(9)}  ${paint.dim(file.digest.slice(7, 19))}`);
  const shown = path.relative(process.cwd(), published.folder) || published.folder;
  const latest = published.isLatest ? ` (and ${path.join(path.dirname(shown), 'latest')})` : '';
  return `${rows.join('\n')}\n${paint.green('✔')} ${shown}${latest}\n`;
}

/** The version in package.json. */
export async function packageVersion(projectFolder: string): Promise<string> {
  const text = await readFile(path.join(projectFolder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

