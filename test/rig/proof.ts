import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { hashFile } from '../../pipeline/host/hash-file.ts';
import type { BootCase } from './boot-case.ts';
import { cutsOf, SEED } from './moments.ts';
import { projectFolder, reportFolder } from './project.ts';

/** What a boot depends on beside the files of the release. */
export interface Premises {
  /** Digest of the case and of the code that boots it. */
  readonly boot: string;
  /** Digest of the tool image with QEMU, and what QEMU runs the guest's code with. */
  readonly emulator: string;
}

/** A boot whose checks all passed. It holds as long as premises and files are the same. */
interface Proof extends Premises {
  readonly format: 1;
  /** SHA-256 of the release files that the boot was given, by their paths below the project. */
  readonly files: { readonly [path: string]: string };
  readonly checks: number;
  /** When, in UTC. */
  readonly proven: string;
}

/** Digests of the sources behind the tests, written by the runner: of the code that boots machines, and of each bundle with all that it imports. */
interface SourceDigests {
  readonly machine: string;
  readonly bundles: { readonly [file: string]: string };
}

/** A name of a case as a name of a file. */
export function caseSlug(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      // Names of files end at 255.
      .slice(0, 200)
  );
}

/** Undefined where a digest cannot be known: outside a run of the runner, or with a tree instead of a tool image. */
export function premisesOf(boot: BootCase, { toolRoot, accelerator }: { readonly toolRoot: string; readonly accelerator: string }): Premises | undefined {
  const sources = sourceDigests();
  const image = basename(toolRoot);
  if (sources === undefined || !/^[0-9a-f]{64}$/.test(image)) return undefined;
  const bundle = sources.bundles[resolve(process.argv[1] ?? '')];
  if (bundle === undefined) return undefined;
  const words = [sources.machine, SEED, String(cutsOf(Number.MAX_SAFE_INTEGER)), canonical(boot, bundle)];
  return { boot: createHash('sha256').update(words.join('\n')).digest('hex'), emulator: `${image} ${accelerator}` };
}

/** Proofs in a folder, a file for each case. */
export class Proofs {
  readonly #folder: string;

  constructor(folder: string = join(reportFolder, 'proven')) {
    this.#folder = folder;
  }

  /** The proof of an earlier run, where it still holds. */
  async of(name: string, premises: Premises): Promise<Proof | undefined> {
    const proof = await this.#read(name);
    if (proof?.format !== 1 || proof.boot !== premises.boot || proof.emulator !== premises.emulator) return undefined;
    for (const [path, digest] of Object.entries(proof.files)) {
      const file = join(projectFolder, path);
      if (!existsSync(file) || (await hashFile(file)).digest !== digest) return undefined;
    }
    return proof;
  }

  /** Keeps that all checks of a boot passed with these files. A boot without any file of a release has shown nothing about one. */
  async keep(name: string, premises: Premises, { files, checks }: { readonly files: readonly string[]; readonly checks: number }): Promise<void> {
    if (files.length === 0) return;
    const digests: { [path: string]: string } = {};
    for (const file of files) digests[relative(projectFolder, file)] = (await hashFile(file)).digest;
    const proof: Proof = { format: 1, ...premises, files: digests, checks, proven: new Date().toISOString() };
    const file = this.#file(name);
    await mkdir(this.#folder, { recursive: true });
    await writeFile(`${file}.${process.pid}`, `${JSON.stringify(proof, undefined, 1)}\n`);
    await rename(`${file}.${process.pid}`, file);
  }

  #file(name: string): string {
    return join(this.#folder, `${caseSlug(name)}.json`);
  }

  async #read(name: string): Promise<Proof | undefined> {
    try {
      return JSON.parse(await readFile(this.#file(name), 'utf8')) as Proof;
    } catch {
      // None, or one that was cut off: the case runs.
      return undefined;
    }
  }
}

function sourceDigests(): SourceDigests | undefined {
  const folder = process.env['RANCHEROS_TEST_RUN'];
  if (folder === undefined) return undefined;
  const file = join(folder, 'sources.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SourceDigests) : undefined;
}

/** A case as text. A function may depend on anything that its file imports: `sources` stands for all that. */
export function canonical(value: unknown, sources: string): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof RegExp) return { regExp: String(part) };
    if (typeof part === 'function') return { function: String(part), sources };
    if (part instanceof Uint8Array || isBufferText(part)) return { bytes: createHash('sha256').update(bytesOf(part)).digest('hex') };
    return part;
  });
}

/** What `toJSON` of a Buffer has made of it before anybody else sees it. */
interface BufferText {
  readonly type: 'Buffer';
  readonly data: readonly number[];
}

function isBufferText(value: unknown): value is BufferText {
  return typeof value === 'object' && value !== null && (value as BufferText).type === 'Buffer' && Array.isArray((value as BufferText).data);
}

const bytesOf = (value: Uint8Array | BufferText): Uint8Array => (value instanceof Uint8Array ? value : Uint8Array.from(value.data));
