import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, beforeEach, test } from 'node:test';
import { BuildError, type Failure, type FailureKind } from '../../../pipeline/core/failure.ts';
import { effectsOf, loadAcknowledgements } from '../../../pipeline/pins/acknowledgements.ts';
import { addPackages } from '../../../pipeline/pins/add.ts';
import { checkPins } from '../../../pipeline/pins/check.ts';
import { pinsFiles } from '../../../pipeline/pins/context.ts';
import { requireFreshLock } from '../../../pipeline/pins/fresh-lock.ts';
import { packagesOf } from '../../../pipeline/pins/lock.ts';
import type { Moves } from '../../../pipeline/pins/moves.ts';
import { refreshGone } from '../../../pipeline/pins/refresh.ts';
import { updatePins } from '../../../pipeline/pins/update.ts';
import { FileBlobStore } from '../../../pipeline/store/blobs.ts';
import { type ArchiveState, keyringEntry, keyringPackage, makeKey, type SigningKey, startArchive, type TestArchive, type TestPackage } from './archive.ts';

let key: SigningKey;
let foreign: SigningKey;
before(async () => {
  key = await makeKey('the archive');
  foreign = await makeKey('somebody else');
});

let archive: TestArchive;
beforeEach(async () => {
  archive = await startArchive();
});
afterEach(() => archive.close());

const SETS = `
sets:
  base: { comment: below, purpose: system, arches: [amd64, arm64], packages: [libc, shell] }
  engine: { comment: above, purpose: system, arches: [amd64], above: [base], packages: [docker] }
  tools: { comment: aside, purpose: tools, arches: [amd64], packages: [tool] }
  kernel: { comment: by its metapackage, purpose: system, arches: [amd64], follow: metapackage, packages: [linux-image-amd64] }
`;

const KERNEL = { name: 'linux-image-amd64', version: '6.12.1-1', arch: 'amd64', fields: { Depends: 'linux-image-6.12.1+deb13-amd64 (= 6.12.1-1)' } } as const;

function kernelImage(version: string): readonly TestPackage[] {
  const name = `linux-image-${version}+deb13-amd64`;
  return [
    { ...KERNEL, version: `${version}-1`, fields: { Depends: `${name} (= ${version}-1)` } },
    { name, version: `${version}-1`, arch: 'amd64', control: { postinst: `depmod ${version}+deb13-amd64\n` } },
  ];
}

const PLAIN: readonly TestPackage[] = [
  { name: 'libc' },
  { name: 'shell', fields: { Depends: 'libc' } },
  { name: 'docker', fields: { Depends: 'libc, runc' } },
  { name: 'runc', fields: { Depends: 'libc' } },
  { name: 'tool', fields: { Depends: 'libc' }, control: { postinst: 'rm -rf /\n' } },
  { ...KERNEL },
  { name: 'linux-image-6.12.1+deb13-amd64', version: '6.12.1-1', arch: 'amd64' },
];

async function prepare(state: Partial<ArchiveState> = {}, scripts = 'effects: {}\npackages: {}\n'): Promise<void> {
  const keyring = keyringPackage(key);
  await archive.write('packages.yaml', `archives:\n  debian: { suite: trixie, codename: trixie, components: [main] }\n${keyringEntry(keyring)}${SETS}`);
  await archive.write('scripts.yaml', scripts);
  await publish(state);
}

function publish(state: Partial<ArchiveState> = {}): Promise<void> {
  return archive.publish({ key, ...state, packages: [keyringPackage(key), ...(state.packages ?? PLAIN)] });
}

async function failuresOf(work: Promise<unknown>): Promise<readonly [Failure, ...Failure[]]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof BuildError) return error.failures;
    throw error;
  }
  throw new assert.AssertionError({ message: 'nothing was refused' });
}

async function refusedAs(kind: FailureKind, message: RegExp): Promise<void> {
  const [failure] = await failuresOf(updatePins(archive.options));
  assert.equal(failure.kind, kind);
  assert.match(failure.message, message);
}

/** PLAIN with some packages in the place of those of their name. */
function withPackages(...changed: readonly TestPackage[]): readonly TestPackage[] {
  return [...PLAIN.filter(({ name }) => !changed.some((each) => each.name === name)), ...changed];
}

test('an update locks each set of each architecture, above without what lies below', async () => {
  await prepare();
  const { lock, changes } = await updatePins(archive.options);
  assert.deepEqual(
    Object.entries(lock.arches.amd64?.sets ?? {})
      .map(([name, { packages }]) => `${name}: ${packages.join(' ')}`)
      .sort(),
    ['base: libc=1 shell=1', 'engine: docker=1 runc=1', 'kernel: linux-image-6.12.1+deb13-amd64=6.12.1-1', 'tools: libc=1 tool=1'],
  );
  assert.deepEqual(Object.keys(lock.arches.arm64?.sets ?? {}), ['base']);
  assert.deepEqual(lock.archives['debian']?.snapshots, ['20261001T180000Z']);
  assert.ok(changes.includes('amd64 engine: + docker 1'));
  assert.deepEqual(
    packagesOf(lock, 'engine', 'amd64').map(({ name, version }) => `${name} ${version}`),
    ['docker 1', 'runc 1'],
  );
});

test('the same archive gives the same lock, byte for byte, whatever was locked before', async () => {
  await prepare();
  const { file } = pinsFiles(archive.projectFolder).lock;
  await updatePins(archive.options);
  const first = await readFile(file, 'utf8');
  await updatePins({ ...archive.options, now: new Date('2026-10-03T00:00:00Z') });
  assert.equal(await readFile(file, 'utf8'), first);
  await rm(file);
  await publish({ packages: [...PLAIN].reverse() });
  const { lock } = await updatePins(archive.options);
  assert.deepEqual(lock.arches, JSON.parse(first).arches);
});

test('an index of which one byte was changed is refused', async () => {
  await prepare();
  const place = '/debian/dists/trixie/InRelease';
  const text = Buffer.from(archive.files.get(place) ?? '').toString();
  archive.files.set(place, Buffer.from(text.replace('Suite: stable', 'Suite: stabLe')));
  await refusedAs('wrong-bytes', /signature of the index of debian/);
});

test('an index that a foreign key signed is refused', async () => {
  await prepare({ key: foreign });
  await refusedAs('wrong-bytes', /signature of the index of debian/);
});

test('what stands outside of the signed text is not read', async () => {
  await prepare();
  const place = '/debian/dists/trixie/InRelease';
  archive.files.set(place, Buffer.concat([Buffer.from('Codename: forky\n'), archive.files.get(place) ?? Buffer.alloc(0), Buffer.from('\nCodename: forky\n')]));
  const outcome = await updatePins(archive.options).then(
    ({ lock }) => lock.archives['debian']?.codename,
    () => 'refused',
  );
  assert.notEqual(outcome, 'forky');
});

test('an index without a signature is refused', async () => {
  await prepare();
  archive.files.set('/debian/dists/trixie/InRelease', Buffer.from('Codename: trixie\nDate: Thu, 01 Oct 2026 06:00:00 UTC\n'));
  await refusedAs('wrong-bytes', /signature/);
});

test('a keyring package with other bytes than the pinned ones is refused', async () => {
  await prepare();
  await archive.publish({ key: foreign, packages: [keyringPackage(foreign), ...PLAIN] });
  await refusedAs('wrong-bytes', /debian-archive-keyring/);
});

test('a list of packages with other bytes than the signed ones is refused', async () => {
  await prepare();
  for (const place of archive.files.keys()) if (place.includes('by-hash')) archive.files.set(place, Buffer.from('Package: evil\n'));
  await refusedAs('wrong-bytes', /index debian main amd64/);
});

test('an expired index and one of another release are refused', async () => {
  await prepare({ validUntil: 'Thu, 01 Oct 2026 11:59:59 UTC' });
  await refusedAs('network', /expired/);
  await publish({ codename: 'forky' });
  await refusedAs('wrong-bytes', /index of forky/);
});

test('an index older than the one the lock came from is refused', async () => {
  await prepare();
  await updatePins(archive.options);
  await publish({ date: 'Wed, 30 Sep 2026 06:00:00 UTC' });
  await refusedAs('network', /older than the one that the lock came from/);
});

test("the project's keys serve when the keyring package is gone, and only as the lock knows them", async () => {
  await prepare();
  await updatePins(archive.options);
  await archive.publish({ key, packages: [{ ...keyringPackage(key), version: '2026.1' }, ...PLAIN] });
  await rm(path.join(archive.projectFolder, 'store'), { recursive: true });
  const store = new FileBlobStore({ folder: path.join(archive.projectFolder, 'store') });
  const { lock } = await updatePins({ ...archive.options, store });
  assert.equal(lock.keyring.version, '2026.1');
  await archive.write('debian-archive-keyring.pgp', 'other keys');
  await refusedAs('wrong-bytes', /not the ones that the lock names/);
});

test('a script in a system set must be acknowledged, one in a tool set need not', async () => {
  await prepare({ packages: withPackages({ name: 'shell', fields: { Depends: 'libc' }, control: { postinst: 'add-shell /bin/shell\n', triggers: '# comment\nactivate x\n', postrm: 'bye\n' } }) });
  const [failure, ...more] = await failuresOf(updatePins(archive.options));
  assert.equal(more.length, 0);
  assert.equal(failure.kind, 'configuration');
  assert.equal(failure.message, 'The scripts of shell (amd64, arm64) are not acknowledged.');
  assert.equal(failure.evidence, '==> postinst <==\nadd-shell /bin/shell\n\n==> triggers <==\nactivate x\n');
  const digest = /sha256:[0-9a-f]{64}/.exec(failure.hint ?? '')?.[0];
  await assert.rejects(readFile(pinsFiles(archive.projectFolder).lock.file));

  await archive.write('scripts.yaml', `effects: { shells: all shells }\npackages:\n  shell: { scripts: ["${digest}"], effects: [shells] }\n`);
  const { lock } = await updatePins(archive.options);
  assert.deepEqual(await requireFreshLock(archive.projectFolder), lock);
  const { data } = await loadAcknowledgements(pinsFiles(archive.projectFolder).acknowledgements);
  assert.deepEqual(effectsOf({ lock, acknowledgements: data, sets: ['base'], arch: 'amd64' }), ['shells']);
  assert.deepEqual(effectsOf({ lock, acknowledgements: data, sets: ['engine'], arch: 'amd64' }), []);
});

test('a build refuses a lock with a script whose acknowledgement was taken away', async () => {
  await prepare({ packages: withPackages({ name: 'libc', control: { triggers: 'activate-noawait ldconfig\n' } }) });
  const [failure] = await failuresOf(updatePins(archive.options));
  await archive.write('scripts.yaml', `effects: {}\npackages:\n  libc: { scripts: ["${/sha256:\w+/.exec(failure.hint ?? '')?.[0]}"], nothing: needless }\n`);
  await updatePins(archive.options);
  await archive.write('scripts.yaml', 'effects: {}\npackages: {}\n');
  const failures = await failuresOf(requireFreshLock(archive.projectFolder));
  assert.deepEqual(
    failures.map(({ message }) => message),
    ['The scripts of libc (amd64) are not acknowledged.', 'The scripts of libc (arm64) are not acknowledged.'],
  );
  assert.deepEqual((await checkPins(archive.options)).unacknowledged, ['libc (amd64)', 'libc (arm64)']);
});

test('a lock that somebody edited is checked again in spite of its seal', async () => {
  await prepare();
  await updatePins(archive.options);
  const { file } = pinsFiles(archive.projectFolder).lock;
  const text = await readFile(file, 'utf8');
  await archive.write('packages.lock.json', text.replace(/("libc=1": \{.*?) \}/, `$1, "scripts": "sha256:${'1'.repeat(64)}" }`));
  const [failure] = await failuresOf(requireFreshLock(archive.projectFolder));
  assert.equal(failure.message, 'The scripts of libc (amd64) are not acknowledged.');
});

test('declarations for systemd count as scripts', async () => {
  await prepare({ packages: withPackages({ name: 'libc', data: { 'usr/lib/sysusers.d/libc.conf': 'u libc -\n', 'usr/bin/x': 'x' } }) });
  const [failure] = await failuresOf(updatePins(archive.options));
  assert.equal(failure.evidence, '==> usr/lib/sysusers.d/libc.conf <==\nu libc -\n');
});

test('a script that changed is shown by what changed in it, and the lock stays', async () => {
  const shell = (version: string, script: string): TestPackage => ({ name: 'shell', version, fields: { Depends: 'libc' }, control: { postinst: script } });
  await prepare({ packages: withPackages(shell('1', 'one\ntwo\nthree\nfour\nfive\n')) });
  const [first] = await failuresOf(updatePins(archive.options));
  await archive.write('scripts.yaml', `effects: {}\npackages:\n  shell: { scripts: ["${/sha256:\w+/.exec(first.hint ?? '')?.[0]}"], nothing: needless }\n`);
  await updatePins(archive.options);
  const before = await readFile(pinsFiles(archive.projectFolder).lock.file, 'utf8');

  await publish({ packages: withPackages(shell('2', 'one\ntwo\nthree\nFOUR\nfive\n')) });
  const [failure] = await failuresOf(updatePins(archive.options));
  assert.equal(failure.message, 'The scripts of shell (amd64, arm64) changed.');
  assert.equal(failure.evidence, '  two\n  three\n- four\n+ FOUR\n  five\n  ');
  assert.equal(await readFile(pinsFiles(archive.projectFolder).lock.file, 'utf8'), before);
});

test('a new version with the same script passes, and so does a new kernel whose script names its own version', async () => {
  await prepare({ packages: [...PLAIN.filter(({ name }) => !name.startsWith('linux')), ...kernelImage('6.12.1')] });
  const [first] = await failuresOf(updatePins(archive.options));
  assert.match(first.message, /linux-image-amd64/);
  await archive.write('scripts.yaml', `effects: { depmod: indexes }\npackages:\n  linux-image-amd64: { scripts: ["${/sha256:\w+/.exec(first.hint ?? '')?.[0]}"], effects: [depmod] }\n`);
  await updatePins(archive.options);
  await publish({ packages: [...PLAIN.filter(({ name }) => !name.startsWith('linux')), ...kernelImage('6.12.22')] });
  const { changes } = await updatePins(archive.options);
  assert.deepEqual(changes, ['amd64 kernel: - linux-image-6.12.1+deb13-amd64 6.12.1-1', 'amd64 kernel: + linux-image-6.12.22+deb13-amd64 6.12.22-1']);
});

test('an acknowledgement must say nothing or effects, and only effects that are known', async () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  await prepare({}, `effects: { known: something }\npackages:\n  a: { scripts: ["${digest}"] }\n  b: { scripts: ["${digest}"], effects: [knwon] }\n`);
  const failures = await failuresOf(updatePins(archive.options));
  assert.deepEqual(
    failures.map(({ message, place }) => `${place?.line}: ${message}`),
    ['3: "a" must have either "nothing" or "effects", "users" and "groups".', '4: "knwon" is no known effect.'],
  );
});

test('everything that does not resolve is told at once, with the place of its set', async () => {
  await prepare({ packages: PLAIN.filter(({ name }) => name !== 'runc' && name !== 'tool') });
  const failures = await failuresOf(updatePins(archive.options));
  assert.deepEqual(
    failures.map(({ message, place }) => `${place?.file}:${place?.line} ${message}`),
    ['targets/packages.yaml:7 engine (amd64): docker 1 needs runc, which the archives do not have.', 'targets/packages.yaml:8 tools (amd64): The archives have no package tool.'],
  );
});

test('a check names what was superseded and what is gone', async () => {
  await prepare();
  await updatePins(archive.options);
  assert.equal((await checkPins(archive.options)).isCurrent, true);
  await publish({ packages: withPackages({ name: 'libc', version: '1+deb13u1' }).filter(({ name }) => name !== 'tool') });
  const { superseded, vanished, isCurrent } = await checkPins(archive.options);
  assert.deepEqual(
    superseded.map(({ arch, name, version, successor, sets }) => `${arch} ${name} ${version} ${successor} ${sets.join('+')}`),
    ['amd64 libc 1 1+deb13u1 base+tools', 'arm64 libc 1 1+deb13u1 base'],
  );
  assert.deepEqual(
    vanished.map(({ name }) => name),
    ['tool'],
  );
  assert.equal(isCurrent, false);
});

test('a check names sets that the lock does not have as they are asked for', async () => {
  await prepare();
  await updatePins(archive.options);
  await archive.write(
    'packages.yaml',
    (await readFile(pinsFiles(archive.projectFolder).request.file, 'utf8')).replace('packages: [tool]', 'packages: [tool, shell]').replace('comment: below', 'comment: lower'),
  );
  assert.deepEqual((await checkPins(archive.options)).stale, ['tools (amd64)']);
  const [failure] = await failuresOf(requireFreshLock(archive.projectFolder));
  assert.equal(failure.message, 'The set tools (amd64) is not locked as targets/packages.yaml asks for it.');
});

test('a package that is gone leads to its newest version being locked, and no other', async () => {
  await prepare();
  const { lock } = await updatePins(archive.options);
  const [runc] = packagesOf(lock, 'engine', 'amd64').filter(({ name }) => name === 'runc');
  assert.ok(runc);
  await publish({ date: 'Thu, 01 Oct 2026 08:00:00 UTC', packages: withPackages({ name: 'runc', version: '2', fields: { Depends: 'libc' } }, { name: 'libc', version: '2' }) });
  const update = await refreshGone(runc, archive.options);
  assert.deepEqual(update.changes, ['amd64 engine: ~ runc 1 → 2']);
  assert.deepEqual(update.lock.arches.amd64?.sets['base']?.packages, ['libc=1', 'shell=1']);
  assert.deepEqual(update.lock.archives['debian']?.snapshots, ['20261001T200000Z', '20261001T180000Z']);
  assert.match(archive.notes[0] ?? '', /runc 1 is no longer in the archive: its newest version is locked/);
});

const LATER = { date: 'Thu, 01 Oct 2026 08:00:00 UTC' } as const;

async function moved(moves: Moves, packages: readonly TestPackage[]): Promise<readonly string[]> {
  await publish({ ...LATER, packages });
  return (await updatePins({ ...archive.options, moves })).changes;
}

test('an update of named packages leaves all others at their locked version, though the archive has newer ones', async () => {
  await prepare();
  await updatePins(archive.options);
  const newer = withPackages({ name: 'runc', version: '2', fields: { Depends: 'libc' } }, { name: 'libc', version: '2' }, { name: 'docker', version: '2', fields: { Depends: 'libc, runc' } });
  assert.deepEqual(await moved(['runc'], newer), ['amd64 engine: ~ runc 1 → 2']);
  assert.deepEqual(await moved(['runc'], newer), []);
  assert.deepEqual(await moved(['libc'], newer), ['amd64 base: ~ libc 1 → 2', 'amd64 tools: ~ libc 1 → 2', 'arm64 base: ~ libc 1 → 2']);
  await requireFreshLock(archive.projectFolder);
});

test('what a named package needs newer moves with it, and so does what needs its old version', async () => {
  await prepare({ packages: withPackages({ name: 'docker', fields: { Depends: 'libc, runc (= 1)' } }) });
  await updatePins(archive.options);
  const newer = withPackages(
    { name: 'runc', version: '2', fields: { Depends: 'libc (>= 2)' } },
    { name: 'libc', version: '2' },
    { name: 'shell', version: '2', fields: { Depends: 'libc' } },
    { name: 'docker', version: '2', fields: { Depends: 'libc, runc (= 2)' } },
  );
  assert.deepEqual(await moved(['runc'], newer), ['amd64 base: ~ libc 1 → 2', 'amd64 engine: ~ docker 1 → 2', 'amd64 engine: ~ runc 1 → 2']);
});

test('a kernel stays until its metapackage is named', async () => {
  await prepare();
  await updatePins(archive.options);
  const newer = [
    ...PLAIN.filter(({ name }) => !name.startsWith('linux')),
    ...kernelImage('6.12.22').map((each) => ({ ...each, control: {} })),
    ...PLAIN.filter(({ name }) => name === 'linux-image-6.12.1+deb13-amd64'),
  ];
  assert.deepEqual(await moved(['runc'], newer), []);
  assert.deepEqual(await moved(['linux-image-amd64'], newer), ['amd64 kernel: - linux-image-6.12.1+deb13-amd64 6.12.1-1', 'amd64 kernel: + linux-image-6.12.22+deb13-amd64 6.12.22-1']);
});

test('a held package that no source has any more moves, and that is told', async () => {
  await prepare();
  await updatePins(archive.options);
  await rm(path.join(archive.projectFolder, 'store'), { recursive: true });
  const store = new FileBlobStore({ folder: path.join(archive.projectFolder, 'store') });
  await publish({ ...LATER, packages: withPackages({ name: 'runc', version: '2', fields: { Depends: 'libc' } }, { name: 'tool', version: '2', fields: { Depends: 'libc' } }) });
  const { changes } = await updatePins({ ...archive.options, store, moves: ['runc'] });
  assert.deepEqual(changes, ['amd64 engine: ~ runc 1 → 2', 'amd64 tools: ~ tool 1 → 2']);
  assert.ok(archive.notes.includes('No source has tool 1 any more: it takes its newest version.'), archive.notes.join('\n'));
});

test('a name that is in no set is refused, with the one that was probably meant', async () => {
  await prepare();
  await updatePins(archive.options);
  const [failure] = await failuresOf(updatePins({ ...archive.options, moves: ['dokcer'] }));
  assert.equal(failure.kind, 'usage');
  assert.equal(failure.message, 'No package of the lock has the name "dokcer".');
  assert.match(failure.hint ?? '', /Did you mean "docker"\?/);
});

test('security updates alone are locked from the security archive', async () => {
  await prepare();
  const request = await readFile(pinsFiles(archive.projectFolder).request.file, 'utf8');
  await archive.write('packages.yaml', request.replace('suite: trixie, codename: trixie', 'suite: trixie-security, codename: trixie-security'));
  await publish({ codename: 'trixie-security', suite: 'trixie-security' });
  await updatePins(archive.options);
  await publish({ ...LATER, codename: 'trixie-security', suite: 'trixie-security', packages: withPackages({ name: 'runc', version: '2', fields: { Depends: 'libc' } }) });
  assert.deepEqual((await updatePins({ ...archive.options, moves: 'security' })).changes, ['amd64 engine: ~ runc 1 → 2']);
});

test('an added package comes in with what it needs, while all others stay, and packages.yaml keeps its comments', async () => {
  await prepare();
  await updatePins(archive.options);
  await publish({
    ...LATER,
    packages: [...withPackages({ name: 'libc', version: '2' }, { name: 'runc', version: '2', fields: { Depends: 'libc' } }), { name: 'htop', fields: { Depends: 'ncurses' } }, { name: 'ncurses' }],
  });
  const { changes } = await addPackages({ ...archive.options, names: ['htop'], set: 'base' });
  assert.deepEqual(changes, ['amd64 base: + htop 1', 'amd64 base: + ncurses 1', 'arm64 base: + htop 1', 'arm64 base: + ncurses 1']);
  assert.match(await readFile(pinsFiles(archive.projectFolder).request.file, 'utf8'), /packages: \[libc, htop, shell\]/);
  await requireFreshLock(archive.projectFolder);
});

test('a package that cannot be added leaves packages.yaml and the lock as they were', async () => {
  await prepare();
  await updatePins(archive.options);
  const files = pinsFiles(archive.projectFolder);
  const texts = () => Promise.all([readFile(files.request.file, 'utf8'), readFile(files.lock.file, 'utf8')]);
  const before = await texts();
  const [failure] = await failuresOf(addPackages({ ...archive.options, names: ['htpo'], set: 'base' }));
  assert.match(failure.message, /The archives have no package htpo/);
  const [unknown] = await failuresOf(addPackages({ ...archive.options, names: ['runc'], set: 'bsae' }));
  assert.match(unknown.hint ?? '', /Did you mean "base"\?/);
  assert.deepEqual(await texts(), before);
});

test('the same script of several packages is shown once, and acknowledged once by its digest', async () => {
  const trigger = { triggers: 'activate-noawait ldconfig\n' };
  await prepare({
    packages: withPackages(
      { name: 'libc', control: trigger },
      { name: 'shell', fields: { Depends: 'libc' }, control: trigger },
      { name: 'docker', fields: { Depends: 'libc, runc' }, control: { postinst: 'own\n' } },
    ),
  });
  const failures = await failuresOf(updatePins(archive.options));
  assert.deepEqual(
    failures.map(({ message }) => message),
    ['The same scripts of libc, shell are not acknowledged.', 'The scripts of docker (amd64) are not acknowledged.'],
  );
  const [shared] = failures;
  const digest = /sha256:[0-9a-f]{64}/.exec(shared.hint ?? '')?.[0];
  const own = /sha256:[0-9a-f]{64}/.exec(failures[1]?.hint ?? '')?.[0];
  await archive.write(
    'scripts.yaml',
    `effects: { cache: made }\nscripts:\n  ${digest}: { effects: [cache], reason: made at the end }\npackages:\n  docker: { scripts: ["${own}"], nothing: needless }\n`,
  );
  const { lock } = await updatePins(archive.options);
  const { data } = await loadAcknowledgements(pinsFiles(archive.projectFolder).acknowledgements);
  assert.deepEqual(effectsOf({ lock, acknowledgements: data, sets: ['base'], arch: 'amd64' }), ['cache']);
  assert.deepEqual(effectsOf({ lock, acknowledgements: data, sets: ['engine'], arch: 'amd64' }), []);
});
