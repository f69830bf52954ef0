import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Json } from '../../pipeline/core/json.ts';
import type { Writer } from '../../pipeline/core/writer.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { sampleBiosCode, samplePlan } from '../unit/formats/sample-disk.ts';
import { EPOCH } from '../unit/trees/sample.ts';

export const folder = await temporaryDirectory('virtual-disks');
after(() => removeTemporaryDirectory(folder));
let files = 0;
export const fresh = (name = 'file') => {
  files += 1;
  return join(folder, `${files}-${name}`);
};

const PLAN = samplePlan();
const CODE = sampleBiosCode();

/** Bytes that no compressor makes smaller, the same in every run. */
function noise(size: number, key: string): Buffer {
  const parts: Buffer[] = [];
  for (let made = 0; made < size; made += 32) parts.push(createHash('sha256').update(`${key} ${made}`).digest());
  return Buffer.concat(parts).subarray(0, size);
}

/** What the two file systems of a disk hold, by what is hard about it. */
export const CONTENTS: { readonly [kind: string]: { readonly boot: Buffer; readonly state: Buffer } } = {
  'nothing but zeros': { boot: Buffer.alloc(PLAN.bootBytes), state: Buffer.alloc(PLAN.stateBytes) },
  'noise everywhere': { boot: noise(PLAN.bootBytes, 'boot'), state: noise(PLAN.stateBytes, 'state') },
  'one byte in the last grain': { boot: Buffer.alloc(PLAN.bootBytes), state: Buffer.concat([Buffer.alloc(PLAN.stateBytes - 1), Buffer.of(1)]) },
  'every second block': {
    boot: Buffer.concat(Array.from({ length: PLAN.bootBytes / 65_536 }, (_, index) => (index % 2 ? noise(65_536, `${index}`) : Buffer.alloc(65_536)))),
    state: Buffer.alloc(PLAN.stateBytes, 7),
  },
};

/** Runs a writer and gives the paths of its outputs. */
export async function run(writer: Writer, inputs: { readonly [name: string]: string }, outputs: readonly string[], options: Json): Promise<{ readonly [name: string]: string }> {
  const paths = Object.fromEntries(outputs.map((name) => [name, fresh(name)]));
  await writer({ inputs, outputs: paths, options, epoch: EPOCH });
  return paths;
}

function input(bytes: Uint8Array | string): string {
  const file = fresh('input');
  writeFileSync(file, bytes);
  return file;
}

/** The inputs of a writer of disks, of two file systems. */
export function partsOf({ boot, state }: { readonly boot: Buffer; readonly state: Buffer }) {
  return { plan: input(JSON.stringify(PLAN)), boot: input(boot), state: input(state), 'bios/boot.img': input(CODE.boot), 'bios/core.img': input(CODE.core) };
}
