import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type Digest, digestOf, hexOf } from '../core/digest.ts';
import type { PlannedStep } from './planned-step.ts';
import { replaceFile } from './replace-file.ts';

/** Raised when the meaning of a record changes. */
export const PLAN_FORMAT = 1;

/** The steps of a plan or of a finished build, with all that their keys are made of. */
export interface PlanRecord {
  readonly format: typeof PLAN_FORMAT;
  readonly version: string;
  /** Digest of the sources, as `release.json` has it. */
  readonly sources: Digest;
  readonly targets: readonly string[];
  readonly steps: readonly PlannedStep[];
}

/** So many builds are remembered. */
const KEPT = 40;
const ENDING = '.plan.json.gz';

/** A record that was found, and when its build ended (milliseconds since 1970). */
export interface FoundRecord {
  readonly record: PlanRecord;
  readonly used: number;
}

/** Plans of finished builds in a folder of the store: what `why` compares with. Losing them loses no build. */
export class PlanRecords {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Remembers a finished build, and forgets the oldest. `make` is asked only where the same build is not remembered yet. */
  async keep(
    of: Pick<PlanRecord, 'version' | 'sources' | 'targets'>,
    make: () => Promise<PlanRecord['steps']>,
  ): Promise<void> {
    const place = path.join(this.#folder, nameOf(of));
    const now = Date.now() / 1000;
    const isThere = await utimes(place, now, now).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    const { version, sources, targets } = of;
    const record: PlanRecord = { format: PLAN_FORMAT, version, sources, targets, steps: await make() };
    await mkdir(this.#folder, { recursive: true });
    await replaceFile(place, await promisify(gzip)(JSON.stringify(record)));
    const old = (await this.#entries()).slice(KEPT);
    for (const { name } of old) await rm(path.join(this.#folder, name), { force: true });
  }

  /** The newest record that fits; undefined where none does. */
  async newest(fits: (record: PlanRecord) => boolean): Promise<FoundRecord | undefined> {
    for (const { name, used } of await this.#entries()) {
      const record = await readRecord(path.join(this.#folder, name));
      if (record && fits(record)) return { record, used };
    }
    return undefined;
  }

  async #entries(): Promise<readonly { readonly name: string; readonly used: number }[]> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith(ENDING));
    const seen = await Promise.all(
      names.map(async (name) => ({ name, used: (await stat(path.join(this.#folder, name))).mtimeMs })),
    );
    return seen.sort((a, b) => b.used - a.used);
  }
}

function nameOf({ version, sources, targets }: Pick<PlanRecord, 'version' | 'sources' | 'targets'>): string {
  const identity = digestOf([version, sources, ...targets].join('\n'));
  return `${version}-${hexOf(identity).slice(0, 24)}${ENDING}`;
}

/** Reads what `plan --json` printed, or a record of the store; undefined for anything else. */
export async function readRecord(file: string): Promise<PlanRecord | undefined> {
  try {
    const bytes = await readFile(file);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const text = (isPacked ? await promisify(gunzip)(bytes) : bytes).toString('utf8');
    // npm prints two lines before what a command prints.
    const read = JSON.parse(text.slice(text.indexOf('{'))) as PlanRecord;
    return read.format === PLAN_FORMAT && Array.isArray(read.steps) ? read : undefined;
  } catch {
    return undefined;
  }
}
