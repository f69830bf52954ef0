import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SURROUNDINGS } from '../../pipeline/reproduce/surroundings.ts';
import { cli, eventsOf, temporaryFolder } from './cli.ts';

const isRelease = process.env['RANCHEROS_TEST_RELEASE'] !== undefined;

/** These take minutes on one processor, by programs that smaller steps run too: they are made again in `npm run test:release`. */
const LONG = '^(squashfs|gzip) (base|engine|plugins|drivers)$|^console-debian\\.tar\\.gz$|^compress initrd-base$';

interface Compared {
  readonly files: number;
  readonly repetitions: readonly { readonly stepsRun: readonly { readonly kind: string; readonly title: string }[] }[];
}

test('amd64 is the same in a second build with other surroundings, and in five for a release', async (t) => {
  const dist = await temporaryFolder(t);
  const ordinary = await cli(['build', 'amd64', '--json', '--dist', dist]);
  assert.equal(ordinary.end, 0, ordinary.stderr);
  const ends = eventsOf(ordinary.stdout).filter((event) => event.type === 'step-end');
  const isTaken = ({ kind, title }: { readonly kind: string; readonly title: string }) => kind === 'unpack-deb' || (!isRelease && new RegExp(LONG).test(title));
  const wanted = ends.filter((step) => !isTaken(step));
  const never = new Set(ends.flatMap(({ kind }) => (wanted.some((step) => step.kind === kind) ? [] : [kind])));
  assert.deepEqual([...never].sort(), isRelease ? ['unpack-deb'] : ['initrd', 'unpack-deb'], 'every other kind of step is made again; zstd, which packs the initrd, packs the disk too');
  const words = isRelease ? ['--builds', String(SURROUNDINGS.length + 1)] : ['--except', LONG];
  const { end, stdout, stderr } = await cli(['reproduce', 'amd64', '--json', ...words]);
  assert.equal(end, 0, stderr);
  const { files, repetitions } = JSON.parse(stdout) as Compared;
  assert.equal(files, eventsOf(ordinary.stdout).filter((event) => event.type === 'file').length);
  assert.equal(repetitions.length, isRelease ? SURROUNDINGS.length : 1);
  for (const { stepsRun } of repetitions) {
    // Two steps of one key run once.
    const titles = (steps: readonly { readonly title: string }[]) => [...new Set(steps.map(({ title }) => title))].sort();
    assert.deepEqual(titles(stepsRun), titles(wanted), 'it really built');
  }
});
