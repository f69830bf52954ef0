import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** The version in package.json. */
export async function packageVersion(projectFolder: string): Promise<string> {
  const text = await readFile(path.join(projectFolder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
