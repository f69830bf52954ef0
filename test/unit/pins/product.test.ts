import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, beforeEach, test } from 'node:test';
import { loadYaml } from '../../../pipeline/config/yaml-file.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';
import { requireFreshLock } from '../../../pipeline/pins/fresh-lock.ts';
import { packagesOf } from '../../../pipeline/pins/lock.ts';
import { type ProductRequest, requireProductLock } from '../../../pipeline/pins/product-pins.ts';
import { updateProductPins, withProductPackages } from '../../../pipeline/pins/product-update.ts';
import { refreshGone } from '../../../pipeline/pins/refresh.ts';
import { updatePins } from '../../../pipeline/pins/update.ts';
import { keyringEntry, keyringPackage, makeKey, type SigningKey, startArchive, type TestArchive, type TestPackage } from './archive.ts';

let key: SigningKey;
before(async () => {
  key = await makeKey('the archive');
});
let archive: TestArchive;
beforeEach(async () => {
  archive = await startArchive();
});
afterEach(() => archive.close());

const SETS = `
sets:
  base: { comment: below, purpose: system, arches: [amd64, arm64], packages: [libc] }
  engine: { comment: above, purpose: system, arches: [amd64, arm64], above: [base], packages: [docker] }
  plugins: { comment: above, purpose: system, arches: [amd64, arm64], above: [base, engine], packages: [compose] }
  agent: { comment: of a target, purpose: system, arches: [amd64], above: [base], packages: [agent] }
`;
const PLAIN: readonly TestPackage[] = [
  { name: 'libc' },
  { name: 'docker', fields: { Depends: 'libc' } },
  { name: 'compose' },
  { name: 'agent', fields: { Depends: 'glib' } },
  { name: 'glib' },
  { name: 'htop', fields: { Depends: 'libc, ncurses' } },
  { name: 'ncurses' },
];
const SCRIPT = { name: 'htop', fields: { Depends: 'libc' }, control: { postinst: 'own\n' } };

/** Newest versions of some packages in place of what the archive had. */
const publish = (...changed: readonly TestPackage[]): Promise<void> =>
  archive.publish({ key, packages: [keyringPackage(key), ...PLAIN.filter(({ name }) => !changed.some((each) => each.name === name)), ...changed] });

async function prepare(...changed: readonly TestPackage[]): Promise<void> {
  await archive.write('packages.yaml', `archives:\n  debian: { suite: trixie, codename: trixie, components: [main] }\n${keyringEntry(keyringPackage(key))}${SETS}`);
  await archive.write('scripts.yaml', 'effects: {cache: made}\npackages: {}\n');
  await publish(...changed);
  await updatePins(archive.options);
}

/** A project beside the archive's, with this rancheros.yaml. */
async function projectOf(yaml: string): Promise<ProductRequest> {
  const folder = path.join(archive.projectFolder, 'acme');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'rancheros.yaml'), yaml);
  const file = await loadYaml<{ readonly packages?: readonly string[] }>({ file: path.join(folder, 'rancheros.yaml'), shownAs: 'acme/rancheros.yaml', schema: { type: 'object' } });
  return { folder, shownAs: 'acme', file };
}

const lockOf = (product: ProductRequest) => requireFreshLock(archive.projectFolder).then((lock) => requireProductLock(lock, archive.projectFolder, product));

/** What is said, each as `place message`. */
async function told(work: Promise<unknown>): Promise<readonly string[]> {
  try {
    await work;
    return [];
  } catch (error) {
    if (error instanceof BuildError) return error.failures.map(({ place, message }) => `${place?.file} ${message}`);
    throw error;
  }
}

test("a project's lock has what the release's lacks, and a build has both", async () => {
  await prepare();
  const product = await projectOf('packages: [htop, "agent [amd64]"]\n');
  const { changes } = await updateProductPins({ ...archive.options, product });
  assert.deepEqual(changes, ['amd64 product: + agent 1', 'amd64 product: + glib 1', 'amd64 product: + htop 1', 'amd64 product: + ncurses 1', 'arm64 product: + htop 1', 'arm64 product: + ncurses 1']);
  const text = await readFile(path.join(product.folder, 'packages.lock.json'), 'utf8');
  assert.deepEqual(
    [...text.matchAll(/"([a-z]+)=1": \{/g)].map(([, name]) => name),
    ['htop', 'ncurses', 'htop', 'ncurses'],
    'what the release has locked is not repeated',
  );
  const lock = await lockOf(product);
  const names = (set: string) => packagesOf(lock, set, 'amd64').map(({ name }) => name);
  assert.deepEqual([names('base'), names('product')], [['libc'], ['agent', 'glib', 'htop', 'ncurses']]);
  await updateProductPins({ ...archive.options, product });
  assert.equal(await readFile(path.join(product.folder, 'packages.lock.json'), 'utf8'), text, 'the same archive gives the same lock');
});

test("what the release has locked stays at its version, and only what is named of the project's moves", async () => {
  await prepare();
  const product = await projectOf('packages: [htop, ncurses]\n');
  await updateProductPins({ ...archive.options, product });
  await publish({ name: 'libc', version: '2' }, { name: 'htop', version: '2', fields: { Depends: 'libc' } }, { name: 'ncurses', version: '2' });
  assert.deepEqual((await updateProductPins({ ...archive.options, product, moves: ['htop'] })).changes, ['amd64 product: ~ htop 1 → 2', 'arm64 product: ~ htop 1 → 2']);
  assert.deepEqual(await told(lockOf(product)), []);
  await publish({ name: 'htop', version: '3', fields: { Depends: 'libc (>= 2)' } }, { name: 'libc', version: '2' });
  const failures = await told(updateProductPins({ ...archive.options, product }));
  assert.match(failures[0] ?? '', /^acme\/rancheros\.yaml packages of the project \(amd64\): .*libc/);
});

test('a lock that is missing, or of another request or another release, is refused with what to do', async () => {
  await prepare();
  const product = await projectOf('packages: [htop]\n');
  const LOCK = 'acme/packages.lock.json The packages of the project';
  assert.deepEqual(await told(lockOf(product)), [`${LOCK} are not locked yet.`]);
  await updateProductPins({ ...archive.options, product });
  assert.deepEqual(
    await told(lockOf(await projectOf('packages: [ncurses]\n'))),
    ['amd64', 'arm64'].map((arch) => `${LOCK} (${arch}) are not locked as its rancheros.yaml asks for them.`),
  );
  await publish({ name: 'libc', version: '2' });
  await updatePins(archive.options);
  assert.deepEqual(
    await told(lockOf(product)),
    ['amd64', 'arm64'].map((arch) => `${LOCK} (${arch}) were chosen for another lock of the release.`),
  );
  await updateProductPins({ ...archive.options, product });
  assert.deepEqual(await told(lockOf(product)), []);
  assert.deepEqual(await told(updateProductPins({ ...archive.options, product: await projectOf('name: Acme\n') })), ['acme/rancheros.yaml The project asks for no packages.']);
});

test("scripts of a project's packages are acknowledged beside its rancheros.yaml, by effects that the release knows", async () => {
  await prepare(SCRIPT);
  const product = await projectOf('packages: [htop]\n');
  const failures = await told(updateProductPins({ ...archive.options, product }));
  assert.deepEqual(failures, ['acme/scripts.yaml The scripts of htop (amd64, arm64) are not acknowledged.']);
  assert.equal(existsSync(path.join(product.folder, 'packages.lock.json')), false);
  const shown = await updateProductPins({ ...archive.options, product }).catch((error: BuildError) => error.failures[0].hint ?? '');
  const digest = /sha256:[0-9a-f]{64}/.exec(String(shown))?.[0];
  const acknowledge = (rest: string) => writeFile(path.join(product.folder, 'scripts.yaml'), `packages:\n  htop: {scripts: ["${digest}"], ${rest}}\n`);
  await acknowledge('effects: [cahce]');
  assert.match((await told(updateProductPins({ ...archive.options, product })))[0] ?? '', /^acme\/scripts\.yaml .*cahce/);
  await acknowledge('effects: [cache]');
  await updateProductPins({ ...archive.options, product });
  assert.deepEqual(await told(lockOf(product)), []);
  await acknowledge(`nothing: needless`);
  assert.deepEqual(await told(lockOf(product)), []);
  await writeFile(path.join(product.folder, 'scripts.yaml'), 'packages: {}\n');
  assert.deepEqual(
    await told(lockOf(product)),
    ['amd64', 'arm64'].map((arch) => `acme/scripts.yaml The scripts of htop (${arch}) are not acknowledged.`),
  );
});

test('a package that is gone from the archive is locked anew where it is locked, and the project stands on what the release has', async () => {
  await prepare();
  const product = await projectOf('packages: [htop]\n');
  await updateProductPins({ ...archive.options, product });
  const gone = async (set: string) => {
    const [pin] = packagesOf(await lockOf(product), set, 'amd64');
    if (!pin) throw new Error(`the set ${set} is empty`);
    await refreshGone(pin, { ...archive.options, product });
    return packagesOf(await lockOf(product), set, 'amd64').map(({ name, version }) => `${name} ${version}`);
  };
  await publish({ name: 'htop', version: '2', fields: { Depends: 'libc, ncurses' } }, { name: 'libc', version: '2' });
  assert.deepEqual(await gone('product'), ['htop 2', 'ncurses 1']);
  assert.deepEqual(await gone('base'), ['libc 2']);
  assert.ok(
    archive.notes.some((note) => note.includes('commit the new acme/packages.lock.json')),
    archive.notes.join('\n'),
  );
});

test('packages come into a rancheros.yaml whose other lines stay', async () => {
  const added = async (yaml: string, names: readonly string[]) => withProductPackages(path.join((await projectOf(yaml)).folder, 'rancheros.yaml'), names);
  assert.equal(await added('# Ours.\nname: Acme # OS\n', ['htop', 'agent [amd64]']), '# Ours.\nname: Acme # OS\npackages: [htop, "agent [amd64]"]\n');
  assert.equal(await added('packages: [] # none yet\n', ['htop']), 'packages: [htop] # none yet\n');
  assert.equal(await added('packages:\n  - curl # ours\nname: A\n', ['htop']), 'packages:\n  - curl # ours\n  - htop\nname: A\n');
});
