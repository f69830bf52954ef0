import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';
import { type Manifest, parseManifest, type ReleaseFile } from '../../../pipeline/publish/manifest.ts';
import { type Before, type Contribution, demandSameSources, planRelease } from '../../../pipeline/publish/plan.ts';

const file = (text: string, target = 'amd64'): ReleaseFile => ({ digest: digestOf(text), size: text.length, target, kind: 'ipxe', arch: 'amd64', platform: 'generic', contents: { files: {} } });

const contribution = (change: Partial<Contribution> = {}): Contribution => ({
  version: 'v1.5.9',
  sources: digestOf('sources'),
  targets: ['amd64'],
  files: { iso: file('iso') },
  line: ['amd64'],
  ...change,
});

/** What a destination has after a plan was carried out. */
function after(change: Partial<Contribution>, latest?: string): Before {
  const manifest: Manifest | undefined = parseManifest(planRelease(contribution(change), NOTHING).manifest);
  return { manifest, latest, manifestPlace: 'there/release.json' };
}

const NOTHING: Before = { manifest: undefined, latest: undefined, manifestPlace: 'there/release.json' };

test('an empty destination gets all files, and latest moves', () => {
  const plan = planRelease(contribution(), NOTHING);
  assert.deepEqual(
    plan.puts.map(({ path, isListed }) => [path, isListed]),
    [['iso', false]],
  );
  assert.deepEqual([plan.removals, plan.movesLatest, plan.isLatest, plan.removedTargets], [[], true, true, []]);
  assert.match(plan.sums, /^[0-9a-f]{64} {2}iso\n[0-9a-f]{64} {2}release\.json\n$/);
});

test('a file with the same digest is listed already; one that is no longer made is removed', () => {
  const plan = planRelease(contribution({ files: { iso: file('iso'), img: file('new') } }), after({ files: { iso: file('iso'), img: file('old'), zip: file('zip') } }, 'v1.5.9'));
  assert.deepEqual(
    plan.puts.map(({ path, isListed }) => [path, isListed]),
    [
      ['iso', true],
      ['img', false],
    ],
  );
  assert.deepEqual([plan.removals, plan.movesLatest, plan.isLatest], [['zip'], false, true]);
});

test('files of other targets stay in the manifest and are not put again', () => {
  const plan = planRelease(contribution({ targets: ['vmware'], files: { 'vmware/iso': file('v', 'vmware') } }), after({}));
  assert.deepEqual(
    plan.puts.map(({ path }) => path),
    ['vmware/iso'],
  );
  assert.deepEqual(Object.keys(parseManifest(plan.manifest)?.files ?? {}), ['iso', 'vmware/iso']);
});

test('a development version from other sources replaces all, and names whose files went', () => {
  const before = after({ version: 'v1.5.9-dev', targets: ['vmware'], files: { 'vmware/iso': file('v', 'vmware') } });
  const plan = planRelease(contribution({ version: 'v1.5.9-dev', sources: digestOf('other') }), before);
  assert.deepEqual([plan.removals, plan.removedTargets], [['vmware/iso'], ['vmware']]);
});

test('a final version from other sources is refused, before and while it is published', () => {
  const other = contribution({ sources: digestOf('other') });
  for (const refuse of [() => planRelease(other, after({})), () => demandSameSources(other, after({}))]) {
    assert.throws(refuse, (error) => {
      assert.ok(error instanceof BuildError);
      const [{ kind, message, place, hint }] = error.failures;
      assert.deepEqual([kind, place?.file], ['usage', 'there/release.json']);
      assert.match(message, /^v1\.5\.9 was already built here from other sources; a version never changes\.$/);
      assert.match(hint ?? '', /^Choose another version/);
      return true;
    });
  }
  assert.doesNotThrow(() => demandSameSources({ version: 'v1.5.9-dev', sources: digestOf('other') }, after({ version: 'v1.5.9-dev' })));
});
