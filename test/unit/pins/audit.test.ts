import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { auditPins } from '../../../pipeline/pins/audit.ts';
import { changesAbove } from '../../../pipeline/pins/changelog.ts';
import { updatePins } from '../../../pipeline/pins/update.ts';
import { keyringEntry, keyringPackage, makeKey, type SigningKey, startArchive, type TestArchive, type TestPackage } from './archive.ts';

const entry = (name: string, version: string, urgency: string, words: string) =>
  `${name} (${version}) trixie-security; urgency=${urgency}\n\n  * ${words}\n\n -- Somebody <a@example>  Thu, 01 Oct 2026 06:00:00 +0000\n\n`;

const RUNC = [
  entry('runc', '1.1-1+deb13u2', 'medium', 'Mends CVE-2026-0002, CVE-2026-0003.'),
  entry('runc', '1.1-1+deb13u1', 'high', 'Mends CVE-2026-0001.'),
  entry('runc', '1.1-1', 'low', 'Mended CVE-2020-1111.'),
].join('');

const ROWS: readonly (readonly [title: string, version: string, cves: readonly string[], urgency: string | undefined])[] = [
  ['all versions above the locked one count, with the highest urgency', '1.1-1', ['CVE-2026-0001', 'CVE-2026-0002', 'CVE-2026-0003'], 'high'],
  ['a rebuild of the locked version is not above it', '1.1-1+b4', ['CVE-2026-0001', 'CVE-2026-0002', 'CVE-2026-0003'], 'high'],
  ['versions up to the locked one do not count', '1.1-1+deb13u1', ['CVE-2026-0002', 'CVE-2026-0003'], 'medium'],
  ['a version without an entry above it says nothing', '1.1-1+deb13u2', [], undefined],
];
for (const [title, version, cves, urgency] of ROWS) {
  test(title, () => {
    const found = changesAbove(RUNC, version);
    assert.deepEqual(found.cves, cves);
    assert.equal(found.urgency, urgency);
  });
}

let key: SigningKey;
before(async () => {
  key = await makeKey('the archive');
});
let archive: TestArchive;
beforeEach(async () => {
  archive = await startArchive();
});
afterEach(() => archive.close());

function runc(version: string): TestPackage {
  return { name: 'runc', version, data: { 'usr/share/doc/runc/changelog.Debian.gz': gzipSync(RUNC), 'usr/share/doc/runc/changelog.gz': gzipSync('of upstream') } };
}

test('an audit names what successors mend, by what ships and what only serves as a tool, and changes nothing', async () => {
  const keyring = keyringPackage(key);
  await archive.write(
    'packages.yaml',
    `archives:\n  debian: { suite: trixie, codename: trixie, components: [main] }\n${keyringEntry(keyring)}
sets:
  base: { comment: below, purpose: system, arches: [amd64], packages: [runc, current] }
  tools: { comment: aside, purpose: tools, arches: [amd64], packages: [bare] }
`,
  );
  await archive.write('scripts.yaml', 'effects: {}\npackages: {}\n');
  await archive.publish({ key, packages: [keyring, runc('1.1-1+b4'), { name: 'current' }, { name: 'bare' }] });
  await updatePins(archive.options);
  await archive.publish({ key, packages: [keyring, runc('1.1-1+deb13u2'), { name: 'current' }, { name: 'bare', version: '2' }] });
  const found = await auditPins(archive.options);
  assert.deepEqual(
    found.map(({ name, successor, sets, isShipped, hasChangelog, cves, urgency }) => ({ name, successor, sets, isShipped, hasChangelog, cves, urgency })),
    [
      { name: 'bare', successor: '2', sets: ['tools'], isShipped: false, hasChangelog: false, cves: undefined, urgency: undefined },
      { name: 'runc', successor: '1.1-1+deb13u2', sets: ['base'], isShipped: true, hasChangelog: true, cves: ['CVE-2026-0001', 'CVE-2026-0002', 'CVE-2026-0003'], urgency: 'high' },
    ],
  );
  assert.equal((await updatePins({ ...archive.options, moves: [] })).changes.length, 0);
});
