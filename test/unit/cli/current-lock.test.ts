import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Currency, judgeCurrency } from '../../../pipeline/cli/current-lock.ts';
import { lockAge } from '../../../pipeline/cli/lock-age.ts';
import type { BuildEvent } from '../../../pipeline/core/event.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';
import type { SupersededPackage } from '../../../pipeline/pins/check.ts';
import type { Lock, LockedArchive } from '../../../pipeline/pins/lock.ts';

const archive = (suite: string, date = '20260912T195541Z'): LockedArchive => ({ suite, codename: suite, date, inRelease: 'sha256:0' as LockedArchive['inRelease'], snapshots: [] });
const ARCHIVES = { debian: archive('trixie'), 'debian-security': archive('trixie-security') };
const update = (name: string, from: string): SupersededPackage => ({ arch: 'amd64', name, version: '1', sets: ['base'], successor: '2', archive: from });

function judged(found: Currency, acceptStale: boolean): { readonly refused?: BuildError; readonly warnings: readonly string[] } {
  const events: BuildEvent[] = [];
  const options = { archives: ARCHIVES, acceptStale, report: (event: BuildEvent) => void events.push(event) };
  const warnings = () => events.flatMap((event) => (event.type === 'note' && event.level === 'warning' ? [event.message] : []));
  try {
    judgeCurrency(found, options);
    return { warnings: warnings() };
  } catch (error) {
    assert.ok(error instanceof BuildError);
    return { refused: error, warnings: warnings() };
  }
}

test('a lock that only an ordinary update has superseded is released', () => {
  assert.deepEqual(judged({ superseded: [update('vim', 'debian')] }, false), { warnings: [] });
});

test('a lock that a security update has superseded is refused with the package, and released with a warning when that is accepted', () => {
  const found = { superseded: [update('vim', 'debian'), update('sudo', 'debian-security')] };
  const [failure] = judged(found, false).refused?.failures ?? [];
  assert.deepEqual([failure?.kind, failure?.message, failure?.evidence], ['configuration', 'Security updates have superseded 1 locked packages.', 'sudo 1 (amd64): 2']);
  assert.match(failure?.hint ?? '', /pins -- update[\s\S]*--accept-stale/);
  const { refused, warnings } = judged(found, true);
  assert.equal(refused, undefined);
  assert.match(warnings.join(), /superseded 1 locked[\s\S]*sudo 1/);
});

test('where no index can be reached a release is refused, and goes on with a warning only when that is accepted', () => {
  const found = { trouble: 'connection refused' };
  const [failure] = judged(found, false).refused?.failures ?? [];
  assert.deepEqual([failure?.kind, failure?.evidence], ['network', 'connection refused']);
  assert.match(failure?.message ?? '', /is not known: no index could be reached/);
  assert.match(judged(found, true).warnings.join(), /not known: no index could be reached.*--accept-stale/);
});

test('the age of a lock is that of its oldest archive, in whole days', () => {
  const lock = { archives: { debian: archive('trixie', '20260912T195541Z'), security: archive('s', '20260901T000000Z') } } as unknown as Lock;
  assert.deepEqual(lockAge(lock, new Date('2026-09-15T12:00:00Z')), { date: '2026-09-01', days: 14 });
  assert.equal(lockAge({ archives: {} } as unknown as Lock, new Date()), undefined);
});
