import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildEvent } from '../core/event.ts';
import { makeDirectory } from '../host/make-directory.ts';
import { copyProject } from '../host/project-copy.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../host/temporary-directory.ts';
import { storeContents } from '../store/contents.ts';
import { makeFetchedStore, STORE_LAYOUT } from './fetched-store.ts';
import { measureCommand, type Usage } from './process-tree.ts';

export interface BuildFigures {
  /** Seconds of `npm run build` with nothing but fetched inputs in the store. */
  readonly coldSeconds: number;
  readonly coldPeakBytes: number;
  /** Seconds of the same command again: the whole process, npm included. */
  readonly noChangeSeconds: number;
  readonly noChangePeakBytes: number;
  /** Seconds after one overlay file changed, in a copy of the project. */
  readonly overlaySeconds: number;
  readonly layers: readonly SizeFigure[];
  readonly files: readonly SizeFigure[];
  /** What every further target cost, one after another in the store of those before; in the order of their names. */
  readonly further: readonly FurtherTarget[];
  /** Bytes on the disk that all targets together took, in the store and as release files, and the bytes of these files alone. */
  readonly writtenBytes: number;
  readonly shippedBytes: number;
}

export interface FurtherTarget {
  readonly target: string;
  readonly arch: string;
  readonly seconds: number;
  readonly peakBytes: number;
}

export interface SizeFigure {
  readonly name: string;
  readonly bytes: number;
}

export interface BuildBenchOptions {
  readonly projectFolder: string;
  /** Folder of the user's store, where inputs are taken from. */
  readonly cacheFolder: string;
  readonly target: string;
  /** Targets to build after that one. */
  readonly further: readonly { readonly name: string; readonly arch: string }[];
  readonly runs: number;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly say: (sentence: string) => void;
}

const EDITED_FILE = 'overlays/system/etc/issue';

/** Measures builds in a copy of the project and with a store of its own: neither the working tree nor the user's store changes. */
export async function measureBuilds(options: BuildBenchOptions): Promise<BuildFigures> {
  const { cacheFolder, runs, say } = options;
  // Beside the user's store, so that hard links work.
  await makeDirectory(cacheFolder);
  const scratch = await temporaryDirectory('bench', cacheFolder);
  const project = await temporaryDirectory('bench');
  try {
    await copyProject(options.projectFolder, project, { reversed: false });
    // A project without it fails now, and not after the builds.
    await readFile(join(project, EDITED_FILE));
    const build = (
      cache: string,
      words: readonly string[] = [],
      targets: readonly string[] = [options.target],
    ): Promise<Usage> =>
      measureCommand({
        argv: [
          'npm',
          'run',
          '--silent',
          'build',
          '--',
          ...targets.flatMap((target) => ['--target', target]),
          '--cache',
          cache,
          '--plain',
          ...words,
        ],
        folder: project,
        env: options.env,
        signal: options.signal,
      });
    say('building once, so that every input is fetched and the program is bundled');
    const { stdout: events } = await build(
      cacheFolder,
      ['--json'],
      [options.target, ...options.further.map(({ name }) => name)],
    );
    const store = join(scratch, 'store');
    await makeFetchedStore({ from: cacheFolder, to: store, events });
    const fetchedBytes = await storeBytes(store);
    say('cold build with inputs fetched');
    const cold = await build(store);
    say(`no-change build, ${runs} times`);
    const unchanged: Usage[] = [];
    for (let run = 0; run < runs; run++) unchanged.push(await build(store));
    const sizes = await readSizes((await build(store, ['--json'])).stdout);
    const further: FurtherTarget[] = [];
    let shippedBytes = sizes.files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, arch } of options.further) {
      say(`the further target ${name}`);
      const { seconds, peakBytes } = await build(store, [], [name]);
      further.push({ target: name, arch, seconds, peakBytes });
      const { files } = readSizes((await build(store, ['--json'], [name])).stdout);
      shippedBytes += files.reduce((sum, { bytes }) => sum + bytes, 0);
    }
    // A release is a copy: a person may write into it, and the store must not change.
    const writtenBytes = (await storeBytes(store)) - fetchedBytes + shippedBytes;
    say('build after an edit of one overlay file');
    await appendFile(join(project, EDITED_FILE), 'edited by the benchmark\n');
    const overlay = await build(store);
    return {
      coldSeconds: cold.seconds,
      coldPeakBytes: cold.peakBytes,
      noChangeSeconds: median(unchanged.map((each) => each.seconds)),
      noChangePeakBytes: Math.max(...unchanged.map((each) => each.peakBytes)),
      overlaySeconds: overlay.seconds,
      ...sizes,
      further,
      writtenBytes,
      shippedBytes,
    };
  } finally {
    await removeTemporaryDirectory(scratch);
    await removeTemporaryDirectory(project);
  }
}

/** What a store takes on the disk. */
async function storeBytes(cacheFolder: string): Promise<number> {
  const entries = await storeContents(join(cacheFolder, STORE_LAYOUT));
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The middle one of the sorted values, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (upper + lower) / 2;
}

/** Kinds of steps whose results are shown with their sizes. */
const SHOWN: ReadonlySet<string> = new Set(['layer', 'squashfs', 'initrd']);

/** Sizes of layers and files, from the events of a build (`--json`). */
export function readSizes(events: string): {
  readonly layers: readonly SizeFigure[];
  readonly files: readonly SizeFigure[];
} {
  const layers: SizeFigure[] = [];
  const files: SizeFigure[] = [];
  for (const line of events.split('\n')) {
    if (!line.startsWith('{')) continue;
    const event = JSON.parse(line) as BuildEvent;
    if (event.type === 'file') files.push({ name: event.path, bytes: event.blob.size });
    if (event.type !== 'step-end' || !SHOWN.has(event.kind)) continue;
    // `contents` is a listing for the steps that follow, not something that is shipped.
    const outputs = Object.entries(event.outputs).filter(([output]) => output !== 'contents');
    for (const [output, blob] of outputs) {
      layers.push({ name: outputs.length === 1 ? event.title : `${event.title} (${output})`, bytes: blob.size });
    }
  }
  const byName = (a: SizeFigure, b: SizeFigure): number => (a.name < b.name ? -1 : 1);
  return { layers: layers.sort(byName), files: files.sort(byName) };
}
