import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setClockFloor } from '../../../../overlays/ros/early/clock.ts';
import { machine } from '../machine.ts';

const VERSION = 'Linux version 6.12.118+deb13-amd64 (debian-kernel@lists.debian.org) (gcc) #1 SMP PREEMPT_DYNAMIC Debian 6.12.118-1 (2026-11-20)\n';
const RELEASE = Date.parse('2026-11-20T00:00:00Z') / 1000;
const DAY = 24 * 3600;

/** What the clock is set to on a machine whose last log was written at this time; nothing where it stays. */
function setTo(now: number, written?: number, version = VERSION): string | undefined {
  let told: string | undefined;
  const log = '/var/log/system-docker.log';
  const system = machine(
    { '/proc/version': version, '/dev/kmsg': '', ...(written === undefined ? {} : { [log]: '' }) },
    {
      answer: ({ argv }) => {
        assert.equal(argv[0], 'date');
        told = argv.at(-1);
        return { status: 0, stdout: '' };
      },
    },
  );
  if (written !== undefined) utimesSync(join(system.root, log), written, written);
  setClockFloor(system, now);
  return told;
}

const CLOCKS: readonly (readonly [string, Parameters<typeof setTo>, string | undefined])[] = [
  ['that starts in 1970 goes on from the day of the release', [5], `@${RELEASE}`],
  ['that starts in 1970 goes on from the last thing that was written', [5, RELEASE + 100 * DAY], `@${RELEASE + 100 * DAY}`],
  ['that is behind what was written last goes on from there', [RELEASE + DAY, RELEASE + 100 * DAY], `@${RELEASE + 100 * DAY}`],
  ['that is right stays', [RELEASE + 200 * DAY, RELEASE + 100 * DAY], undefined],
  ['is not set by a file that is dated in another age', [5, RELEASE + 40 * 365 * DAY], `@${RELEASE}`],
  ['stays where the kernel does not say when it was built', [5, RELEASE, 'Linux version 6.12\n'], undefined],
];
for (const [what, given, expected] of CLOCKS) test(`a clock ${what}`, () => assert.equal(setTo(...given), expected));
