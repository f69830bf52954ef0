import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { digestOf } from '../../pipeline/core/digest.ts';
import { parsePieceList } from '../../pipeline/core/pieces.ts';
import { splice } from '../../pipeline/exec/spliced-input.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';

/** Puts a writer's list of pieces together as the file `target`, as a tool would read it. Gives `target`. */
export async function spliced(list: string, inputs: { readonly [name: string]: string }, target: string): Promise<string> {
  await pipeline(
    splice(parsePieceList(readFileSync(list, 'utf8')), { inputs: Object.fromEntries(Object.entries(inputs).map(([name, file]) => [name, { digest: digestOf(file), path: file }])), title: 'a step' }),
    createWriteStream(target),
  );
  return target;
}

/** The same where list and inputs are in memory. */
export async function splicedBytes(list: Uint8Array, inputs: { readonly [name: string]: Uint8Array }): Promise<Buffer> {
  const folder = await temporaryDirectory('spliced');
  try {
    const file = (name: string, bytes: Uint8Array): string => {
      const place = join(folder, encodeURIComponent(name));
      writeFileSync(place, bytes);
      return place;
    };
    const files = Object.fromEntries(Object.entries(inputs).map(([name, bytes]) => [name, file(`input ${name}`, bytes)]));
    return readFileSync(await spliced(file('list', list), files, join(folder, 'whole')));
  } finally {
    await removeTemporaryDirectory(folder);
  }
}
