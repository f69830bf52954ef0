import { open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { digestOf } from '../../pipeline/core/digest.ts';
import { type Manifest, manifestText, sumsText } from '../../pipeline/publish/manifest.ts';

/** Changes one bit of a file, and neither its size nor its name. */
export async function flip(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, 100);
    byte[0] = (byte[0] ?? 0) ^ 1;
    await handle.write(byte, 0, 1, 100);
  } finally {
    await handle.close();
  }
}

/** Changes the manifest, and the list of sums so that it agrees, as a fault of a build would. */
export async function changeManifest(folder: string, change: (manifest: Manifest) => Manifest): Promise<void> {
  const file = path.join(folder, 'release.json');
  const text = manifestText(change(JSON.parse(await readFile(file, 'utf8')) as Manifest));
  await writeFile(file, text);
  const { files } = JSON.parse(text) as Manifest;
  await writeFile(path.join(folder, 'SHA256SUMS'), sumsText({ ...files, 'release.json': { digest: digestOf(text), size: text.length } }));
}
