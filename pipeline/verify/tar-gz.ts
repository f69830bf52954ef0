import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Extract, extract, type Header } from 'tar-stream';
import { digestFromHex } from '../core/digest.ts';
import type { MediumContents } from '../core/medium.ts';
import type { Blob } from '../core/step.ts';
import { memberPath } from '../formats/member-path.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { validateGzip } from './compressed.ts';
import { blobProblems } from './contents.ts';
import { Fields } from './fields.ts';
import { duplicates } from './tar-paths.ts';

const CHUNK = 1 << 20;
/** Two empty blocks end a tar. */
const TAR_END_BYTES = 1024;
/** Texts of an archive that are read whole. */
const LONGEST_TEXT = 1 << 20;

/** What a tar holds: every path as often as it comes, links that lead to no earlier file, and the texts that were asked for. */
interface TarContents {
  readonly paths: readonly string[];
  readonly strayLinks: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
  /** Of all unpacked bytes, where that was read from the outside. */
  readonly blob?: Blob;
}

/** What is wrong with a root file system: every byte unpacks, each path is there once, and it is of this version. */
export async function validateRootfs(
  source: RandomAccess,
  version: string,
  contents?: MediumContents,
): Promise<readonly FieldProblem[]> {
  const fields = new Fields(source);
  const release = 'usr/lib/os-release';
  const tar = await readTarGz(fields, { texts: (path) => path === release });
  if (!tar) return fields.wrong;
  demandPaths(fields, 'rootfs', tar);
  const found = /^VERSION_ID="?([^"\n]*)/m.exec(tar.texts.get(release) ?? '')?.[1] ?? 'missing';
  fields.equal('os-release', 0, found, version);
  if (contents) fields.add('', compareTar(tar, contents));
  return fields.wrong;
}

/** What is wrong with an archive for `docker load`: manifest, configuration and layer belong together, and each path is there once in both tars. */
export async function validateImageArchive(
  source: RandomAccess,
  contents?: MediumContents,
): Promise<readonly FieldProblem[]> {
  const fields = new Fields(source);
  const layers = new Map<string, { readonly digest: string; readonly tar: TarContents }>();
  const tar = await readTarGz(fields, { texts: (path) => path.endsWith('.json'), layers });
  if (!tar) return fields.wrong;
  demandPaths(fields, 'archive', tar);
  for (const [name, { tar: layer }] of layers) demandPaths(fields, name, layer);
  try {
    const images = JSON.parse(tar.texts.get('manifest.json') ?? '') as readonly {
      readonly Config: string;
      readonly RepoTags: readonly string[];
      readonly Layers: readonly string[];
    }[];
    const [image] = images;
    fields.equal('images', 0, images.length, 1);
    fields.require('name', 0, (image?.RepoTags.length ?? 0) > 0, 'missing', 'a name with a tag');
    const config = tar.texts.get(image?.Config ?? '') ?? '';
    fields.equal('configuration', 0, `${createHash('sha256').update(config).digest('hex')}.json`, image?.Config ?? '');
    const { rootfs } = JSON.parse(config) as { readonly rootfs: { readonly diff_ids: readonly string[] } };
    const digests = (image?.Layers ?? []).map((name) => layers.get(name)?.digest ?? `${name} is missing`);
    fields.equal('layers', 0, digests.join(' '), rootfs.diff_ids.join(' '));
    fields.require('layers', 0, digests.length > 0, digests.length, 'at least one');
  } catch (error) {
    fields.require('manifest', 0, false, message(error), 'one of docker save');
  }
  if (contents) {
    const [layer] = [...layers.values()];
    const wanted = contents.files['layer']?.digest ?? 'missing';
    fields.equal('contents.layer', 0, layer?.digest ?? 'missing', wanted);
    fields.add('', compareTar(tar, contents));
  }
  return fields.wrong;
}

function compareTar({ blob }: TarContents, { tar }: MediumContents): readonly FieldProblem[] {
  return tar && blob ? blobProblems('tar', blob, tar) : [];
}

function demandPaths(fields: Fields, what: string, { paths, strayLinks }: TarContents): void {
  const twice = duplicates(paths);
  fields.require(`${what}.paths`, 0, twice.length === 0, twice.join(', '), 'each path once');
  fields.require(`${what}.members`, 0, paths.length > 0, paths.length, 'at least one');
  fields.require(`${what}.links`, 0, strayLinks.length === 0, strayLinks.join(', '), 'hard links to earlier files');
}

interface Reading {
  readonly texts: (path: string) => boolean;
  /** Takes the tars in the tar. */
  readonly layers?: Map<string, { readonly digest: string; readonly tar: TarContents }>;
}

/** Unpacks all of it, a part at a time; undefined where it cannot be unpacked, which `fields` says. */
async function readTarGz(fields: Fields, reading: Reading): Promise<TarContents | undefined> {
  fields.wrong.push(...validateGzip(fields.source));
  if (fields.wrong.length > 0) return undefined;
  const gunzip = createGunzip();
  const tail = new Tail();
  const members = extract();
  try {
    const [, contents] = await Promise.all([
      pipeline(Readable.from(chunksOf(fields.source)), gunzip, tail, members),
      contentsOf(members, reading),
    ]);
    // What stands behind the last member is no gzip, and readers would pass over it.
    fields.equal('gzip.end', 0, gunzip.bytesWritten, fields.source.size);
    fields.require('tar.end', 0, tail.isEmpty, 'other bytes', 'two empty blocks');
    return { ...contents, blob: tail.blob };
  } catch (error) {
    fields.require('tar', 0, false, message(error), 'a whole tar in whole gzip members');
    return undefined;
  }
}

async function contentsOf(members: Extract, { texts: isText, layers }: Reading): Promise<TarContents> {
  const paths: string[] = [];
  const files = new Set<string>();
  const strayLinks: string[] = [];
  const texts = new Map<string, string>();
  for await (const member of members) {
    const { header } = member;
    const path = memberPath(header.name, 'the tar');
    paths.push(path);
    if (isFile(header)) files.add(path);
    if (header.type === 'link' && !files.has(memberPath(header.linkname ?? '', 'the tar'))) strayLinks.push(path);
    if (layers && isFile(header) && path.endsWith('.tar')) layers.set(path, await layerOf(member));
    else if (isText(path) && (header.size ?? 0) <= LONGEST_TEXT) texts.set(path, await textOf(member));
    else member.resume();
  }
  return { paths, strayLinks, texts };
}

async function layerOf(
  member: AsyncIterable<unknown>,
): Promise<{ readonly digest: string; readonly tar: TarContents }> {
  const hash = createHash('sha256');
  const hashed = new Transform({
    transform(chunk: Uint8Array, _, done) {
      hash.update(chunk);
      done(undefined, chunk);
    },
  });
  const inner = extract();
  const [, tar] = await Promise.all([pipeline(member, hashed, inner), contentsOf(inner, { texts: () => false })]);
  return { digest: `sha256:${hash.digest('hex')}`, tar };
}

function isFile({ type }: Header): boolean {
  return type === 'file' || type === 'contiguous-file';
}

async function textOf(member: AsyncIterable<unknown>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of member) parts.push(part as Uint8Array);
  return Buffer.concat(parts).toString('utf8');
}

function* chunksOf(source: RandomAccess): Generator<Buffer> {
  for (let at = 0; at < source.size; at += CHUNK) yield Buffer.from(source.read(at, Math.min(CHUNK, source.size - at)));
}

/** Hands bytes on, and knows whether the last of them are zeros. */
class Tail extends Transform {
  #last = Buffer.alloc(0);
  readonly #hash = createHash('sha256');
  #size = 0;

  override _transform(chunk: Buffer, _: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    this.#last =
      chunk.length >= TAR_END_BYTES
        ? Buffer.from(chunk.subarray(-TAR_END_BYTES))
        : Buffer.concat([this.#last, chunk]).subarray(-TAR_END_BYTES);
    this.#hash.update(chunk);
    this.#size += chunk.length;
    done(null, chunk);
  }

  /** Of all bytes; once, at the end. */
  get blob(): Blob {
    return { digest: digestFromHex(this.#hash.digest('hex')), size: this.#size };
  }

  get isEmpty(): boolean {
    return this.#last.length === TAR_END_BYTES && this.#last.every((byte) => byte === 0);
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
