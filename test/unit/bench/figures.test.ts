import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, readSizes } from '../../../pipeline/bench/build-figures.ts';
import { comparisonTable } from '../../../pipeline/bench/comparison.ts';
import { medianMoments, momentsTable, readMoments } from '../../../pipeline/bench/moments.ts';
import { measureCommand } from '../../../pipeline/bench/process-tree.ts';
import { figuresTable } from '../../../pipeline/bench/table.ts';

test('the median is the middle value, or between the two middle ones', () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([7]), 7);
});

test('sizes come from the events of a build', () => {
  const events = [
    { type: 'step-end', id: 1, kind: 'layer', title: 'layer base', cached: true, key: 'k', milliseconds: 1, outputs: { tar: { digest: 'd', size: 100 }, contents: { digest: 'd', size: 7 } } },
    { type: 'step-end', id: 2, kind: 'squashfs', title: 'squashfs base', cached: true, key: 'k', milliseconds: 1, outputs: { squashfs: { digest: 'd', size: 40 } } },
    { type: 'step-end', id: 3, kind: 'unpack-deb', title: 'unpack bash', cached: true, key: 'k', milliseconds: 1, outputs: { data: { digest: 'd', size: 9 } } },
    { type: 'file', target: 'amd64', path: 'rancheros.iso', blob: { digest: 'd', size: 60 } },
  ];
  assert.deepEqual(readSizes(`not json\n${events.map((event) => JSON.stringify(event)).join('\n')}\n`), {
    layers: [
      { name: 'layer base', bytes: 100 },
      { name: 'squashfs base', bytes: 40 },
    ],
    files: [{ name: 'rancheros.iso', bytes: 60 }],
  });
});

test('a command is measured together with what it starts', async () => {
  const argv = ['/bin/sh', '-c', `${process.execPath} -e "const b = Buffer.alloc(64 << 20, 1); setTimeout(() => b, 700)"; echo done`] as const;
  const usage = await measureCommand({ argv, folder: '/', env: {}, signal: new AbortController().signal });
  assert.equal(usage.stdout, 'done\n');
  assert.ok(usage.peakBytes > 64 * 2 ** 20);
});

test('a command that fails is a failure with its last words', async () => {
  const failing = measureCommand({ argv: ['/bin/sh', '-c', 'echo no room >&2; exit 3'], folder: '/', env: {}, signal: new AbortController().signal });
  await assert.rejects(failing, /ended with 3/);
});

test('the table says what is reached and what is not', () => {
  const further = [
    { target: 'arm64', arch: 'arm64', seconds: 70, peakBytes: 1.2e9 },
    { target: 'vmware', arch: 'amd64', seconds: 16, peakBytes: 1e9 },
  ];
  const lines = figuresTable({
    build: {
      coldSeconds: 60,
      coldPeakBytes: 1e9,
      noChangeSeconds: 1.5,
      noChangePeakBytes: 1e8,
      overlaySeconds: 5,
      layers: [],
      files: [{ name: 'rancheros.iso', bytes: 120e6 }],
      further,
      writtenBytes: 900e6,
      shippedBytes: 200e6,
    },
    boots: [
      { path: 'ISO', memoryMiB: 1024, accelerator: 'tcg', runs: 3, systemDockerSeconds: 9, loginSeconds: 12, userDockerSeconds: 14, firstContainerSeconds: 15.04, availableMiB: 280, usedMiB: 180 },
    ],
  }).join('\n');
  assert.match(lines, /cold build, inputs fetched +60\.0 s {2}✔ wanted: at most 90 s/);
  assert.match(lines, /no-change build +1\.50 s {2}✖ wanted: at most 1 s/);
  assert.match(lines, /further target arm64 +70\.0 s$/m);
  assert.match(lines, /further target vmware +16\.0 s {2}✖ wanted: at most 15 s/);
  assert.match(lines, /all targets, inputs fetched +146\.0 s {2}✔ wanted: at most 600 s/);
  assert.match(lines, /peak memory of all targets +1200\.0 MB {2}✔ wanted: at most 2147\.5 MB/);
  assert.match(lines, /bytes written for them, store and dist +900\.0 MB {2}✖ wanted: at most 3 times the bytes shipped \(4\.5\)/);
  assert.match(lines, /rancheros\.iso +120\.0 MB {2}✔/);
  assert.match(lines, /first user container \(ISO, 1024 MiB, tcg\) +15\.0 s/);
});

test('two systems stand beside each other with the ratio of their medians', () => {
  const boot = { path: '', memoryMiB: 1024, accelerator: 'tcg', runs: 1, loginSeconds: 10, firstContainerSeconds: 20, availableMiB: 300 } as const;
  const own = [12, 10, 11].map((userDockerSeconds) => ({ ...boot, systemDockerSeconds: 8, userDockerSeconds, usedMiB: 180 }));
  const peer = [20, 22, 30].map((userDockerSeconds) => ({ ...boot, userDockerSeconds, usedMiB: 200 }));
  const lines = comparisonTable(own, peer).join('\n');
  assert.match(lines, /user Docker ready +11\.0 s +22\.0 s +0\.50 {2}✔ wanted: at most 0\.7/);
  assert.match(lines, /memory used then +180 MiB +200 MiB +0\.90 {2}✖ wanted: at most 0\.8/);
  assert.match(lines, /System Docker ready +8\.0 s +- +-$/m);
});

test('moments of a start come from its logs, by the time after power-on', () => {
  const text = [
    'now 1000.5 40.5',
    '[    0.000000] Linux version 6.12',
    '[    2.440499] Run /init as init process',
    '[    7.2] ros: PID 1 becomes System Docker',
    'container /docker 1970-01-01T00:16:10.25Z',
    'dockerd 1970-01-01T00:16:11Z Starting up',
    'dockerd 1970-01-01T00:16:12Z Daemon has completed initialization',
    'dockerd 1970-01-01T00:17:12Z Daemon has completed initialization',
  ].join('\n');
  const moments = readMoments(text, 955);
  assert.deepEqual(
    moments.map(({ seconds }) => Number(seconds.toFixed(2))),
    [5, 7.44, 12.2, 15.25, 16, 17],
  );
  assert.match(momentsTable(medianMoments([moments, moments])).join('\n'), / {2}17\.0 s {4}\+1\.0 s {2}the user's Docker is ready$/);
});
