import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Json } from '../../../pipeline/core/json.ts';
import { ancestorsOf } from '../../../pipeline/formats/member-path.ts';
import { inMemory, type RandomAccess } from '../../../pipeline/formats/random-access.ts';
import type { TarEntry } from '../../../pipeline/formats/tar-entry.ts';
import { encodeTarHeader, TAR_END, tarPadding } from '../../../pipeline/formats/tar-header.ts';
import { type IndexedEntry, indexTar } from '../../../pipeline/formats/tar-index.ts';
import type { StepKind } from '../../../pipeline/steps/kit/kind.ts';
import type { WriterOf } from '../../../pipeline/steps/kit/writer.ts';

export const EPOCH = 1_704_067_200;

/** A member for a tar under test: an entry and, of files, its contents. */
export interface Member {
  readonly entry: TarEntry;
  readonly body?: Uint8Array;
}

type Change = Partial<TarEntry>;

export function file(name: string, text: string | Uint8Array, change: Change = {}): Member {
  const body = typeof text === 'string' ? Buffer.from(text) : text;
  return { entry: { path: name, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: EPOCH, size: body.length, ...change }, body };
}

export function folder(name: string, change: Change = {}): Member {
  return { entry: { path: name, type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: EPOCH, size: 0, ...change } };
}

export function symlink(name: string, target: string, change: Change = {}): Member {
  return { entry: { path: name, type: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime: EPOCH, size: 0, target, ...change } };
}

export function hardLink(name: string, target: string, change: Change = {}): Member {
  return { entry: { path: name, type: 'link', mode: 0o644, uid: 0, gid: 0, mtime: EPOCH, size: 0, target, ...change } };
}

export function device(name: string, change: Change = {}): Member {
  return { entry: { path: name, type: 'character-device', mode: 0o600, uid: 0, gid: 0, mtime: EPOCH, size: 0, device: { major: 5, minor: 1 }, ...change } };
}

/** A tar with these members in this order, whatever a canonical one would say. */
export function tarOf(members: readonly Member[]): Buffer {
  const parts = members.flatMap(({ entry, body }) => [encodeTarHeader(entry), ...(body ? [body, new Uint8Array(tarPadding(body.length))] : [])]);
  return Buffer.concat([...parts, TAR_END]);
}

/** A tar in which one text stands for another of the same length, with right checksums: for names that our writer would not write. */
export function forged(tar: Buffer, from: string, to: string): Buffer {
  if (Buffer.byteLength(from) !== Buffer.byteLength(to)) throw new RangeError('both must have one length');
  const bytes = Buffer.from(tar);
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at);
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const header = bytes.subarray(at, at + 512);
    if (header.toString('latin1', 257, 262) !== 'ustar') continue;
    header.write('        ', 148);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
  }
  return bytes;
}

export function arOf(members: readonly { readonly name: string; readonly bytes: Uint8Array; readonly size?: number }[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from('!<arch>\n')];
  for (const { name, bytes, size = bytes.length } of members) {
    parts.push(Buffer.from(`${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(size).padEnd(10)}\`\n`), bytes);
    if (bytes.length % 2 === 1) parts.push(Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}

const STANZA = 'Package: sample\nVersion: 1:2.0-1\nArchitecture: amd64\nMaintainer: Nobody <nobody@example.org>\nDescription: a sample\n';

/** A package with this data archive and these control files. */
export function debOf(data: Buffer, { control = { control: STANZA }, name = 'data.tar.gz' }: { readonly control?: { readonly [name: string]: string }; readonly name?: string } = {}): Buffer {
  const controlTar = tarOf(Object.entries(control).map(([member, text]) => file(member, text)));
  return arOf([
    { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
    { name: 'control.tar.gz', bytes: gzipSync(controlTar) },
    { name, bytes: name.endsWith('.gz') ? gzipSync(data) : data },
  ]);
}

/** The same with every folder on the way, as a layer has them. */
export function withFolders(members: readonly Member[]): readonly Member[] {
  const known = new Set(members.map(({ entry }) => entry.path));
  const missing = new Set(members.flatMap(({ entry }) => ancestorsOf(entry.path)).filter((above) => !known.has(above)));
  return [...[...missing].map((above) => folder(above)), ...members];
}

let root: string | undefined;
let count = 0;

/** A new path in a folder that goes away with the test file. */
export function scratch(): string {
  root ??= mkdtempSync(path.join(tmpdir(), 'trees-'));
  count += 1;
  return path.join(root, String(count));
}
after(() => {
  if (root !== undefined) rmSync(root, { recursive: true, force: true });
});

/** Runs a writer over bytes and gives the bytes of its outputs. */
export async function runWriter<K extends StepKind>(
  write: WriterOf<K>,
  step: { readonly inputs: { readonly [name: string]: Uint8Array }; readonly outputs: readonly (keyof K['outputs'] & string)[]; readonly options: K['options']; readonly epoch?: number },
): Promise<{ readonly [name in keyof K['outputs']]: Buffer }> {
  const { inputs, outputs, options, epoch = EPOCH } = step;
  const paths: { [name: string]: string } = {};
  for (const [name, bytes] of Object.entries(inputs)) {
    const place = scratch();
    writeFileSync(place, bytes);
    paths[name] = place;
  }
  const places: { readonly [name: string]: string } = Object.fromEntries(outputs.map((name) => [name, scratch()]));
  await write({ inputs: paths, outputs: places, options: options as Json, epoch });
  return Object.fromEntries(outputs.map((name) => [name, readFileSync(places[name] ?? '')])) as { readonly [name in keyof K['outputs']]: Buffer };
}

/** The members of a tar by path. */
export function membersOf(tar: Uint8Array): ReadonlyMap<string, IndexedEntry> {
  return new Map(indexTar(inMemory(tar), 'the tar').map((entry) => [entry.path, entry]));
}

/** The text of a file in a tar. */
export function textIn(tar: Uint8Array, name: string): string | undefined {
  const entry = membersOf(tar).get(name);
  return entry ? Buffer.from(tar.subarray(entry.offset, entry.offset + entry.size)).toString() : undefined;
}

export function source(bytes: Uint8Array | string): RandomAccess {
  return inMemory(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
}

/** What a BuildError of this kind says, for assert.throws and assert.rejects. */
export function failure(kind: string, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    const failures = error instanceof Error && 'failures' in error ? (error.failures as readonly { readonly kind: string; readonly message: string }[]) : [];
    if (failures.some((each) => each.kind === kind && message.test(each.message))) return true;
    throw new Error(`not the expected ${kind} /${message.source}/: ${String(error)}`);
  };
}
