import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { createCleartextMessage, generateKey, type PrivateKey, sign } from 'openpgp';
import type { BuildEvent } from '../../../pipeline/core/event.ts';
import { createHttp } from '../../../pipeline/fetch/http.ts';
import { encodeTarHeader, TAR_END, tarPadding } from '../../../pipeline/formats/tar-header.ts';
import type { PinsOptions } from '../../../pipeline/pins/context.ts';
import { FileBlobStore } from '../../../pipeline/store/blobs.ts';
import { honest, missing, startLiar } from '../fetch/liar.ts';

/** A package of the test archive. */
export interface TestPackage {
  readonly name: string;
  readonly version?: string;
  readonly arch?: 'amd64' | 'arm64' | 'all';
  /** More fields of its control file. */
  readonly fields?: { readonly [field: string]: string };
  readonly control?: { readonly [name: string]: string };
  readonly data?: { readonly [path: string]: string | Uint8Array };
}

export const NOW = new Date('2026-10-01T12:00:00Z');

/** A key pair that signs archives. */
export interface SigningKey {
  readonly secret: PrivateKey;
  readonly publicBytes: Uint8Array;
}

export async function makeKey(name: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKey({ userIDs: [{ name }], format: 'object', date: new Date('2026-01-01T00:00:00Z') });
  return { secret: privateKey, publicBytes: publicKey.write() };
}

/** A project folder, an archive on a real server, and the options to look after its pins. */
export interface TestArchive {
  readonly projectFolder: string;
  readonly options: PinsOptions;
  readonly notes: readonly string[];
  /** Files that the archive serves, by path; a test may change them. */
  readonly files: Map<string, Uint8Array>;
  /** Puts the archive into a new state, signed. What was served before and is not listed any more is gone. */
  publish(state: ArchiveState): Promise<void>;
  write(name: string, text: string): Promise<void>;
  close(): Promise<void>;
}

export interface ArchiveState {
  readonly packages: readonly TestPackage[];
  readonly key: SigningKey;
  readonly date?: string;
  readonly validUntil?: string;
  readonly codename?: string;
  /** Its directory below dists/; trixie when left out. */
  readonly suite?: string;
}

export async function startArchive(): Promise<TestArchive> {
  const projectFolder = await mkdtemp(path.join(os.tmpdir(), 'pins-'));
  await mkdir(path.join(projectFolder, 'targets'));
  const files = new Map<string, Uint8Array>();
  const server = await startLiar((request, response, attempt) => {
    const found = files.get(decodeURIComponent(request.url ?? ''));
    (found ? honest(found) : missing())(request, response, attempt);
  });
  const http = createHttp({ environment: {}, pauses: [] });
  const notes: string[] = [];
  const options: PinsOptions = {
    projectFolder,
    store: new FileBlobStore({ folder: path.join(projectFolder, 'store') }),
    http,
    mirror: `${server.origin}/debian`,
    environment: {},
    aptFolder: path.join(projectFolder, 'no-apt'),
    snapshots: `${server.origin}/snapshots`,
    now: NOW,
    report: (event: BuildEvent) => {
      if (event.type === 'note') notes.push(event.message);
    },
    signal: new AbortController().signal,
  };
  return {
    projectFolder,
    options,
    notes,
    files,
    publish: (state) => publish(files, state),
    write: (name, text) => writeFile(path.join(projectFolder, 'targets', name), text),
    close: async () => {
      await http.close();
      await server.close();
      await rm(projectFolder, { recursive: true, force: true });
    },
  };
}

/** The keyring package that a `packages.yaml` pins, with the key that may sign. */
export function keyringPackage(...keys: readonly SigningKey[]): TestPackage {
  const data = { 'usr/share/keyrings/debian-archive-keyring.pgp': Buffer.concat(keys.map(({ publicBytes }) => publicBytes)) };
  return { name: 'debian-archive-keyring', version: '2025.1', arch: 'all', data };
}

/** The `keyring:` part of a `packages.yaml`. */
export function keyringEntry(keyring: TestPackage): string {
  const bytes = debOf(keyring);
  return `keyring: { name: debian-archive-keyring, version: "2025.1", archive: debian, path: ${pathOf(keyring)}, size: ${bytes.length}, digest: "sha256:${sha256(bytes)}" }\n`;
}

async function publish(files: Map<string, Uint8Array>, state: ArchiveState): Promise<void> {
  files.clear();
  const dist = `/debian/dists/${state.suite ?? 'trixie'}`;
  const stanzas: { readonly [arch: string]: string[] } = { amd64: [], arm64: [] };
  for (const each of state.packages) {
    const bytes = debOf(each);
    files.set(`/debian/${pathOf(each)}`, bytes);
    const arches = (each.arch ?? 'all') === 'all' ? ['amd64', 'arm64'] : [each.arch ?? ''];
    const stanza = [...Object.entries(controlFields(each)).map(([field, value]) => `${field}: ${value}`), `Filename: ${pathOf(each)}`, `Size: ${bytes.length}`, `SHA256: ${sha256(bytes)}`];
    for (const arch of arches) stanzas[arch]?.push(stanza.join('\n'));
  }
  const sums: string[] = [];
  for (const [arch, texts] of Object.entries(stanzas)) {
    const bytes = gzipSync(texts.join('\n\n'));
    const name = `main/binary-${arch}/Packages.gz`;
    files.set(`${dist}/main/binary-${arch}/by-hash/SHA256/${sha256(bytes)}`, bytes);
    sums.push(` ${sha256(bytes)} ${bytes.length} ${name}`);
  }
  const text = [
    'Suite: stable',
    `Codename: ${state.codename ?? 'trixie'}`,
    `Date: ${state.date ?? 'Thu, 01 Oct 2026 06:00:00 UTC'}`,
    ...(state.validUntil === undefined ? [] : [`Valid-Until: ${state.validUntil}`]),
    'SHA256:',
    ...sums,
    '',
  ].join('\n');
  const message = await createCleartextMessage({ text });
  files.set(`${dist}/InRelease`, Buffer.from(await sign({ message, signingKeys: state.key.secret, date: new Date('2026-09-30T00:00:00Z') })));
}

function controlFields({ name, version = '1', arch = 'all', fields = {} }: TestPackage): { readonly [field: string]: string } {
  return { Package: name, Version: version, Architecture: arch, ...fields };
}

function pathOf({ name, version = '1', arch = 'all' }: TestPackage): string {
  return `pool/main/${name}_${version}_${arch}.deb`;
}

function debOf(each: TestPackage): Buffer {
  const data = each.data ?? {};
  const md5sums = Object.keys(data)
    .map((name) => `${'0'.repeat(32)}  ${name}\n`)
    .join('');
  const control = {
    control: `${Object.entries(controlFields(each))
      .map(([field, value]) => `${field}: ${value}`)
      .join('\n')}\n`,
    md5sums,
    ...each.control,
  };
  const members = [
    ['debian-binary', Buffer.from('2.0\n')],
    ['control.tar.gz', gzipSync(tarOf(control))],
    ['data.tar.gz', gzipSync(tarOf(data))],
  ] as const;
  return Buffer.concat([Buffer.from('!<arch>\n'), ...members.flatMap(([name, bytes]) => [arHeader(name, bytes.length), bytes, Buffer.alloc(bytes.length % 2, '\n')])]);
}

function arHeader(name: string, size: number): Buffer {
  return Buffer.from(`${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(size).padEnd(10)}\`\n`);
}

function tarOf(files: { readonly [path: string]: string | Uint8Array }): Buffer {
  const parts = Object.entries(files).flatMap(([name, contents]) => {
    const bytes = Buffer.from(contents);
    const header = encodeTarHeader({ path: name, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 1, size: bytes.length });
    return [header, bytes, Buffer.alloc(tarPadding(bytes.length))];
  });
  return Buffer.concat([...parts, TAR_END]);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
