import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { digestOf } from '../../../pipeline/core/digest.ts';
import type { BuildEvent } from '../../../pipeline/core/event.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';
import type { Fetcher } from '../../../pipeline/core/ports.ts';
import type { PackagePin } from '../../../pipeline/core/step.ts';
import { createArchiveSources } from '../../../pipeline/fetch/archive-sources.ts';
import { createFetcher } from '../../../pipeline/fetch/fetcher.ts';
import { createHttp, type Http } from '../../../pipeline/fetch/http.ts';
import { PackageGone } from '../../../pipeline/fetch/package-gone.ts';
import { FileBlobStore } from '../../../pipeline/store/blobs.ts';
import { type Answer, honest, type Liar, missing, startLiar } from './liar.ts';

const BYTES = Buffer.from('the bytes of a package');
const PIN: PackagePin = {
  from: 'debian',
  name: 'a',
  version: '1.0+b1',
  arch: 'amd64',
  archive: 'debian',
  path: 'pool/main/a/a_1.0+b1_amd64.deb',
  size: BYTES.length,
  digest: digestOf(BYTES),
};
const IN_RELEASE = '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nCodename: trixie\n';

let folder: string;
let store: FileBlobStore;
let events: BuildEvent[];
let closing: (() => Promise<void>)[];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'fetch-'));
  store = new FileBlobStore({ folder: path.join(folder, 'store') });
  events = [];
  closing = [];
});
afterEach(async () => {
  for (const close of closing) await close();
  await rm(folder, { recursive: true, force: true });
});

async function server(answer: Answer): Promise<Liar> {
  const liar = await startLiar(answer);
  closing.push(() => liar.close());
  return liar;
}

/** Serves files by path, 404 for all else. */
function files(table: { readonly [path: string]: string | Uint8Array }): Answer {
  return (request, response, attempt) => {
    const found = table[decodeURIComponent(request.url ?? '')];
    return (found === undefined ? missing() : honest(Buffer.from(found)))(request, response, attempt);
  };
}

interface Setting {
  readonly mirror?: string;
  readonly environment?: { readonly [name: string]: string };
  readonly apt?: readonly string[];
  readonly snapshots?: string;
  readonly times?: readonly string[];
}

async function fetcher({ mirror, environment = {}, apt = [], snapshots = 'http://127.0.0.1:9', times = ['20260912T195541Z'] }: Setting): Promise<Fetcher & { readonly http: Http }> {
  const aptFolder = path.join(folder, 'apt');
  await mkdir(aptFolder, { recursive: true });
  await writeFile(path.join(aptFolder, 'sources.list'), apt.map((address) => `deb ${address} bookworm main\n`).join(''));
  const http = createHttp({ environment: {}, pauses: [1], timeouts: { connect: 500, headers: 500, body: 500 } });
  closing.push(() => http.close());
  const archives = {
    debian: { suite: 'trixie', codename: 'trixie', snapshots: times },
    'debian-security': { suite: 'trixie-security', codename: 'trixie-security', snapshots: times },
  };
  const sources = createArchiveSources({ http, archives, mirror, environment, aptFolder, snapshots });
  return { ...createFetcher({ top: folder, store, http, sources }), http };
}

function context() {
  return { report: (event: BuildEvent) => events.push(event), signal: new AbortController().signal };
}

async function storedFiles(): Promise<readonly string[]> {
  const names = await readdir(path.join(folder, 'store'), { recursive: true, withFileTypes: true }).catch(() => []);
  return names.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

test('a package comes from the mirror that is named, and the second time from the store', async () => {
  const liar = await server(files({ [`/debian/${PIN.path}`]: BYTES }));
  const { fetch } = await fetcher({ mirror: `${liar.origin}/debian/` });
  const blob = await fetch(PIN, context());
  assert.deepEqual(await readFile(store.pathOf(blob.digest)), BYTES);
  await fetch(PIN, context());
  assert.equal(liar.seen.length, 1);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['download-start', 'download-progress', 'download-end'],
  );
});

test('a package wanted twice at a time is fetched once', async () => {
  const liar = await server(files({ [`/debian/${PIN.path}`]: BYTES }));
  const { fetch } = await fetcher({ mirror: `${liar.origin}/debian` });
  await Promise.all([fetch(PIN, context()), fetch(PIN, context()), fetch(PIN, context())]);
  assert.equal(liar.seen.length, 1);
});

test('the security archive lies beside the mirror', async () => {
  const liar = await server(files({ [`/debian-security/${PIN.path}`]: BYTES }));
  const { fetch } = await fetcher({ environment: { RANCHEROS_DEBIAN_MIRROR: `${liar.origin}/debian` } });
  await fetch({ ...PIN, archive: 'debian-security' }, context());
  assert.deepEqual(
    liar.seen.map((each) => each.path),
    [`/debian-security/${PIN.path}`],
  );
});

test('the option goes before the environment', async () => {
  const liar = await server(files({ [`/option/${PIN.path}`]: BYTES }));
  const { fetch } = await fetcher({ mirror: `${liar.origin}/option`, environment: { RANCHEROS_DEBIAN_MIRROR: `${liar.origin}/variable` } });
  await fetch(PIN, context());
  assert.equal(liar.seen.length, 1);
});

test("the host's own source that carries the suite is found, once, and only when something is fetched", async () => {
  const liar = await server(
    files({
      '/other/dists/trixie/InRelease': 'Codename: noble\n',
      '/good/dists/trixie/InRelease': IN_RELEASE,
      [`/good/${PIN.path}`]: BYTES,
      '/good/pool/b.deb': 'another',
    }),
  );
  const { fetch } = await fetcher({ apt: [`${liar.origin}/none`, `${liar.origin}/other`, `${liar.origin}/good`] });
  assert.equal(liar.seen.length, 0);
  await fetch(PIN, context());
  await fetch({ ...PIN, path: 'pool/b.deb', size: 7, digest: digestOf('another') }, context());
  assert.equal(liar.seen.filter((each) => each.path.endsWith('InRelease')).length, 3);
});

test("what the mirror no longer has comes from the snapshot of the lock's time, the newest first", async () => {
  const mirror = await server(missing());
  const snapshots = await server(files({ [`/archive/debian/20260101T000000Z/${PIN.path}`]: BYTES }));
  const { fetch } = await fetcher({ mirror: mirror.origin, snapshots: `${snapshots.origin}/archive`, times: ['20260912T195541Z', '20260101T000000Z'] });
  await fetch(PIN, context());
  assert.deepEqual(
    snapshots.seen.map((each) => each.path.split('/')[3]),
    ['20260912T195541Z', '20260101T000000Z'],
  );
});

test('wrong bytes leave no trace, are not asked for again, and the next source is tried', async () => {
  const lying = await server(honest(Buffer.from('THE bytes of a package')));
  const snapshots = await server(files({ [`/debian/20260912T195541Z/${PIN.path}`]: BYTES }));
  const { fetch } = await fetcher({ mirror: lying.origin, snapshots: snapshots.origin });
  await fetch(PIN, context());
  assert.equal(lying.seen.length, 1);
  assert.equal((await storedFiles()).length, 1);
});

test('when all sources lie the failure says so and nothing is kept', async () => {
  const lying = await server(honest(Buffer.from('THE bytes of a package')));
  const { fetch } = await fetcher({ mirror: lying.origin, snapshots: lying.origin });
  await assert.rejects(fetch(PIN, context()), (error: unknown) => {
    assert.ok(error instanceof BuildError && !(error instanceof PackageGone));
    const { kind, message, evidence } = error.failures[0];
    assert.equal(kind, 'wrong-bytes');
    assert.match(message, /a 1\.0\+b1 \(amd64\)/);
    assert.match(evidence ?? '', new RegExp(`${lying.origin}.*wanted ${PIN.digest}`));
    return true;
  });
  assert.deepEqual(await storedFiles(), []);
});

test('a package that is gone everywhere is told apart from a network that is down', async () => {
  const mirror = await server(missing());
  const gone = await fetcher({ mirror: mirror.origin });
  await assert.rejects(gone.fetch(PIN, context()), (error: unknown) => {
    assert.ok(error instanceof PackageGone);
    assert.equal(error.pin, PIN);
    assert.equal(error.failures[0].kind, 'network');
    assert.match(error.failures[0].evidence ?? '', /HTTP 404/);
    assert.match(error.failures[0].hint ?? '', /pins -- update/);
    return true;
  });
  const down = await fetcher({ mirror: 'http://127.0.0.1:9/debian' });
  await assert.rejects(down.fetch(PIN, context()), (error: unknown) => error instanceof BuildError && !(error instanceof PackageGone) && error.failures[0].kind === 'network');
});

test('a source that never answers is left alone after three packages', async () => {
  const snapshots = await server(honest(BYTES));
  const dead = await server((_request, response) => response.destroy());
  const { fetch } = await fetcher({ mirror: dead.origin, snapshots: snapshots.origin });
  const pins = Array.from({ length: 6 }, (_, index) => ({ ...PIN, path: `pool/${index}.deb` }));
  for (const pin of pins) {
    await rm(path.join(folder, 'store'), { recursive: true, force: true });
    store = new FileBlobStore({ folder: path.join(folder, 'store') });
    await fetch(pin, context()).catch(() => undefined);
  }
  const asked = new Set(dead.seen.map((each) => each.path));
  assert.ok(asked.size <= 3, `${asked.size} packages were asked for`);
});

test('a file with a fixed digest comes from the first address that has it', async () => {
  const liar = await server(files({ '/b': BYTES }));
  const { fetch } = await fetcher({});
  const blob = await fetch({ from: 'url', name: 'thing', urls: [`${liar.origin}/a`, `${liar.origin}/b`], size: BYTES.length, digest: digestOf(BYTES) }, context());
  assert.equal(blob.digest, digestOf(BYTES));
});

test('a file that no address has is a failure that names all of them', async () => {
  const liar = await server(missing());
  const { fetch } = await fetcher({});
  await assert.rejects(fetch({ from: 'url', name: 'thing', urls: [`${liar.origin}/a`, `${liar.origin}/b`], size: 1, digest: digestOf('x') }, context()), (error: unknown) => {
    assert.ok(error instanceof BuildError);
    assert.match(error.failures[0].message, /thing/);
    assert.match(error.failures[0].evidence ?? '', /\/a: HTTP 404\n.*\/b: HTTP 404/);
    return true;
  });
});

function warnings(): readonly string[] {
  return events.flatMap((event) => (event.type === 'note' && event.level === 'warning' ? [event.message] : []));
}

function packages(count: number): readonly PackagePin[] {
  return Array.from({ length: count }, (_, index) => {
    const bytes = `bytes of package ${index}`;
    return { ...PIN, name: `p${index}`, path: `pool/p${index}.deb`, size: bytes.length, digest: digestOf(bytes) };
  });
}

async function honestSnapshots(pins: readonly PackagePin[]): Promise<Liar> {
  return server(files(Object.fromEntries(pins.map((pin, index) => [`/debian/20260912T195541Z/${pin.path}`, `bytes of package ${index}`]))));
}

test('a mirror that gives wrong bytes is named once, without the password of its address', async () => {
  const pins = packages(4);
  const liar = await server(files(Object.fromEntries(pins.map(({ path: place, size }) => [`/debian/${place}`, 'x'.repeat(size)]))));
  const { fetch } = await fetcher({ mirror: `${liar.origin.replace('//', '//me:secret@')}/debian`, snapshots: (await honestSnapshots(pins)).origin });
  for (const pin of pins) await fetch(pin, context());
  assert.equal(warnings().length, 1);
  assert.match(warnings()[0] ?? '', new RegExp(`^The source ${liar.origin} gave wrong bytes for p0 and is passed over: wanted sha256:`));
  assert.doesNotMatch(JSON.stringify(events), /secret/);
});

test('a mirror that is dead is named once', async () => {
  const pins = packages(5);
  const { fetch } = await fetcher({ mirror: 'http://127.0.0.1:9/debian', snapshots: (await honestSnapshots(pins)).origin });
  for (const pin of pins) await fetch(pin, context());
  assert.equal(warnings().length, 1);
  assert.match(warnings()[0] ?? '', /^The source http:\/\/127\.0\.0\.1:9 could not be used for p0 and is passed over: .*ECONNREFUSED/);
});

test('a mirror that lacks one file is not worth a word, one that has none at all is', async () => {
  const pins = packages(4);
  const snapshots = (await honestSnapshots(pins)).origin;
  const old = await server(files({ '/debian/pool/p0.deb': 'bytes of package 0' }));
  const some = await fetcher({ mirror: `${old.origin}/debian`, snapshots });
  for (const pin of pins) await some.fetch(pin, context());
  assert.deepEqual(warnings(), []);
  await rm(path.join(folder, 'store'), { recursive: true });
  store = new FileBlobStore({ folder: path.join(folder, 'store') });
  const none = await fetcher({ mirror: `${old.origin}/debiann`, snapshots });
  for (const pin of pins) await none.fetch(pin, context());
  assert.equal(warnings().length, 1);
  assert.match(warnings()[0] ?? '', /has had none of the files it was asked for so far; is its path right\?/);
});

test('what could not be fetched anywhere is told without the password of an address', async () => {
  const { fetch } = await fetcher({ mirror: 'http://me:secret@127.0.0.1:9/debian' });
  await assert.rejects(fetch(PIN, context()), (error) => {
    assert.ok(error instanceof BuildError);
    assert.match(error.failures[0].evidence ?? '', /^http:\/\/127\.0\.0\.1:9\/debian\//);
    assert.doesNotMatch(JSON.stringify(error.failures), /secret/);
    return true;
  });
});

test('the name and password of an address are sent to its server', async () => {
  const seen: (string | undefined)[] = [];
  const liar = await server((request, response, attempt) => {
    seen.push(request.headers.authorization);
    honest(BYTES)(request, response, attempt);
  });
  const { fetch } = await fetcher({ mirror: `${liar.origin.replace('//', '//me:p%40ss@')}/debian` });
  await fetch(PIN, context());
  assert.deepEqual(seen, [`Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
});
