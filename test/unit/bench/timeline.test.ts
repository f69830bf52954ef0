import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BootFigures, medianBoot } from '../../../pipeline/bench/boot-figures.ts';
import { readMoments } from '../../../pipeline/bench/moments.ts';
import { timelineOf, timelineSvg } from '../../../pipeline/bench/timeline.ts';

/** As `MOMENTS_COMMAND` prints it on a machine whose power came on at 955 of its clock. */
const RECORDED = [
  'now 1000.5 40.5',
  '[    2.440499] Run /init as init process',
  '[    4.1] init: layers are on /dev/sr0',
  '[    7.2] ros: PID 1 becomes System Docker',
  '[    9.0] ros: System Docker is ready',
  '[   12.5] ros: RancherOS v1.5.9 started',
  '[   13.0] ros: the console is prepared',
  'container /docker 1970-01-01T00:16:10.25Z',
  'dockerd 1970-01-01T00:16:11Z Starting up',
  'dockerd 1970-01-01T00:16:12Z Daemon has completed initialization',
].join('\n');

const boot = (change: Partial<BootFigures> = {}): BootFigures => ({
  ...{ path: 'ISO <as> a CD', memoryMiB: 512, accelerator: 'tcg', runs: 1, loginSeconds: 18.5, userDockerSeconds: 17, firstContainerSeconds: 21.3 },
  ...{ availableMiB: 100, usedMiB: 200, moments: readMoments(RECORDED, 955) },
  ...change,
});

/** Left edge and width of the bars by what their titles say. */
function barsOf(svg: string): ReadonlyMap<string, readonly [x: number, width: number]> {
  const found = svg.matchAll(/<title>([^<:]*): [^<]*<\/title><rect class="bar" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g);
  return new Map([...found].map(([, name = '', x, width]) => [name, [Number(x), Number(width)]]));
}

test('kernel, init, System Docker, services and the Docker of the user are bars from when to when', () => {
  const svg = timelineSvg([timelineOf(boot())]);
  const bars = barsOf(svg);
  assert.deepEqual(
    [...bars.keys()],
    [
      'Kernel, firmware, boot loader',
      'Kernel, kernel',
      'init, finds the medium',
      'init, disks, configuration',
      'System Docker, starts',
      'Services, start',
      'Services, commands and files',
      "User's Docker, is loaded",
      "User's Docker, starts",
    ],
  );
  // One second is the same width everywhere, and a bar begins where the one before it ends.
  const second = (bars.get('Kernel, firmware, boot loader')?.[1] ?? 0) / 5;
  assert.ok(Math.abs((bars.get('init, disks, configuration')?.[1] ?? 0) - 3.1 * second) < 0.2);
  const [x = 0, width = 0] = bars.get('Kernel, kernel') ?? [];
  assert.ok(Math.abs((bars.get('init, finds the medium')?.[0] ?? 0) - x - width) < 0.2);
  assert.match(svg, /<title>System Docker, starts: 12\.2 s to 14\.0 s \(1\.8 s\)<\/title>/);
  assert.match(svg, /login on the console 18\.5 s<[\s\S]*first user container 21\.3 s</);
});

test('the picture says all of it in words too, needs nothing else, and shows names as text', () => {
  const svg = timelineSvg([timelineOf(boot())]);
  assert.match(svg, /role="img" aria-labelledby="title about"/);
  assert.match(
    svg,
    /<desc id="about">ISO &lt;as&gt; a CD \(512 MiB, tcg\): 5\.0 s firmware[^<]*; 17\.0 s the user's Docker is ready; [^<]*18\.5 s login on the console; 21\.3 s first user container\.<\/desc>/,
  );
  assert.match(svg, /prefers-color-scheme:dark/);
  assert.deepEqual(svg.match(/https?:[^"]*/g), ['http://www.w3.org/2000/svg'], 'the name of the namespace is no request');
});

test('starts are drawn on one scale; one without a System Docker has its marks', () => {
  const { moments: _, ...peer } = boot({ path: 'Debian', loginSeconds: 40, userDockerSeconds: 42.6, firstContainerSeconds: 42.6 });
  const svg = timelineSvg([boot(), peer].map(timelineOf));
  assert.match(svg, /Debian \(512 MiB, tcg\)<[\s\S]*the user's Docker is ready 42\.6 s</);
  assert.ok((barsOf(svg).get('Kernel, firmware, boot loader')?.[1] ?? 0) < 0.6 * (barsOf(timelineSvg([timelineOf(boot())])).get('Kernel, firmware, boot loader')?.[1] ?? 0));
});

test('several measurements of one machine are drawn as their median', () => {
  const middle = medianBoot([boot({ loginSeconds: 10 }), boot({ loginSeconds: 30 }), boot({ loginSeconds: 20, moments: [] })]);
  assert.deepEqual([middle.loginSeconds, middle.runs, middle.moments?.length], [20, 3, 10]);
});
