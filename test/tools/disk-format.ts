import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { test } from 'node:test';
import type { Json } from '../../pipeline/core/json.ts';
import type { Writer } from '../../pipeline/core/writer.ts';
import type { RandomAccess } from '../../pipeline/formats/random-access.ts';
import { type FieldProblem, MIB } from '../../pipeline/formats/sector.ts';
import { write as disk } from '../../pipeline/steps/disk/write.ts';
import { oracle, oracleOutput } from '../rig/tools.ts';
import { CONTENTS, partsOf, run } from './disk-contents.ts';
import { sampleIn } from './format-samples.ts';
import { mutations, type Rows } from './mutations.ts';

/** A container of disks: what qemu-img is told of it, and what writes it as the output `disk`. */
export interface DiskFormat {
  /** As a sentence has it: `a dynamic VHD`. */
  readonly name: string;
  /** The format's name to qemu-img. */
  readonly qemu: string;
  readonly writer: Writer;
  readonly options: { readonly [name: string]: Json };
}

/** A disk ends within a grain of VMDK and a block of VHD, with both, and is large with nothing in between. */
const SIZES = [undefined, 17, 10_240] as const;
/** Formats that `qemu-img check` cannot read. */
const UNCHECKED = ['vpc'];

/** Tests that qemu-img sees the same disk in files of all these formats as in a raw one, whatever is in it. */
export function sameDisks(formats: readonly DiskFormat[]): void {
  const names = formats.map(({ name }) => name).join(', ');
  for (const [kind, content] of Object.entries(CONTENTS)) {
    for (const sizeMiB of SIZES) {
      const size = sizeMiB === undefined ? {} : { sizeMiB };
      test(`a disk of ${sizeMiB ?? 'as few as possible'} MiB with ${kind} is the same disk to qemu-img in ${names}`, async () => {
        const parts = partsOf(content);
        const raw = (await run(disk, parts, ['disk'], size))['disk'] ?? '';
        for (const format of formats) await demandSameDisk(raw, format, (await run(format.writer, parts, ['disk'], { ...format.options, ...size }))['disk'] ?? '');
        rmSync(raw);
      });
    }
  }
}

async function demandSameDisk(raw: string, { name, qemu }: DiskFormat, made: string): Promise<void> {
  const compared = await oracle(['qemu-img', 'compare', '-f', 'raw', '-F', qemu, raw, made]);
  assert.equal(compared.exitCode, 0, `${name}: ${compared.stderr}${compared.stdout.toString()}`);
  assert.match(compared.stdout.toString(), /identical/, name);
  const info = JSON.parse(await oracleOutput(['qemu-img', 'info', '--output=json', '-f', qemu, made])) as { readonly 'virtual-size': number };
  assert.equal(info['virtual-size'], statSync(raw).size, `${name}: the size of the disk`);
  if (!UNCHECKED.includes(qemu)) assert.match(await oracleOutput(['qemu-img', 'check', '-f', qemu, made]), /No errors were found/, name);
  assert.ok(statSync(made).size < 16 * MIB, `${name} must hold what is not zero, and tables: it has ${statSync(made).size} bytes`);
  rmSync(made);
}

/**
 * All that a format of a disk must show, in one call of its test: qemu-img reads the same disk out of it, the reader of `verify` finds nothing
 * wrong with a disk of real file systems, and names each field that `turned` changes.
 */
export async function diskFormatTests(format: DiskFormat, validate: (source: RandomAccess) => readonly FieldProblem[], turned: (bytes: Buffer) => Rows): Promise<void> {
  sameDisks([format]);
  const bytes = readFileSync(await sampleIn(format.writer, format.options));
  mutations(format.name, bytes, validate, turned(bytes));
}
