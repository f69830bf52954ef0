import path from 'node:path';
import { removeTemporaryDirectory, temporaryDirectory } from '../host/temporary-directory.ts';
import { FileSource } from '../io/file-source.ts';
import { unpackDeb } from '../trees/deb.ts';
import { readContent } from '../trees/node.ts';

/** Wanted files of a package's data archive, by path without a leading slash. Unpacks it whole, into a temporary file. */
export async function dataFiles(
  file: string,
  name: string,
  isWanted: (path: string) => boolean,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = await temporaryDirectory('deb');
  const source = new FileSource(file);
  try {
    const { nodes, close } = await unpackDeb(source, { name, spool: path.join(folder, 'data.tar') });
    try {
      const wanted = nodes.filter((node) => node.type === 'file' && isWanted(node.path));
      // Copies: the next read may use the same memory again.
      return new Map(wanted.map((node) => [node.path, readContent(node).slice()]));
    } finally {
      close();
    }
  } finally {
    source.close();
    await removeTemporaryDirectory(folder);
  }
}
