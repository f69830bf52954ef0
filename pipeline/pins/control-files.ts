import { FileSource } from '../io/file-source.ts';
import { readControlTexts } from '../trees/deb.ts';

/** Wanted files of a package's control archive, by name, those that are there. */
export async function controlFiles(
  file: string,
  name: string,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const source = new FileSource(file);
  try {
    return await readControlTexts(source, { name, wanted });
  } finally {
    source.close();
  }
}
