import { mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unreachable } from '../../pipeline/core/failure.ts';
import type { CaseDisk, ConfigMedium, FolderContent } from './boot-case.ts';
import { publishedFile } from './project.ts';
import { overlayOf, publishedDisk } from './published-disk.ts';
import { oracleOutput } from './tools.ts';

/** Makes a case's disk below `folder`; returns its file: an overlay in qcow2 where it holds a published one, else raw. */
export async function makeDisk(disk: CaseDisk, folder: string): Promise<string> {
  if (disk.holds?.type === 'published') {
    const overlay = join(folder, `${disk.name}.qcow2`);
    await overlayOf(await publishedDisk(publishedFile(disk.holds.file), folder), { file: overlay, mebibytes: disk.mebibytes });
    return overlay;
  }
  const file = join(folder, `${disk.name}.img`);
  await makeSparse(file, disk.mebibytes);
  const content = disk.holds;
  if (content === undefined) return file;
  switch (content.type) {
    case 'ext4':
    case 'fat':
    case 'swap':
      await withFolder(content.files ?? {}, (files) => fileSystem(content.type, { file, files, label: content.label ?? '' }));
      return file;
    case 'bytes': {
      const handle = await open(file, 'r+');
      try {
        for (const { offset, bytes } of content.parts) {
          const part = Buffer.from(bytes);
          await handle.write(part, 0, part.length, offset);
        }
      } finally {
        await handle.close();
      }
      return file;
    }
    case 'made':
      await content.by(file);
      return file;
    default:
      return unreachable(content);
  }
}

/** Makes a case's configuration medium below `folder`; returns its file. */
export async function makeConfigMedium(medium: ConfigMedium, folder: string): Promise<string> {
  const file = join(folder, 'config-medium.img');
  await withFolder(medium.files, async (files) => {
    if (medium.format === 'fat') {
      await makeSparse(file, 8);
      await fileSystem('fat', { file, files, label: medium.label });
    } else {
      await oracleOutput(['xorriso', '-as', 'mkisofs', '-quiet', '-J', '-R', '-V', medium.label, '-o', file, files]);
    }
  });
  return file;
}

async function makeSparse(file: string, mebibytes: number): Promise<void> {
  const handle = await open(file, 'wx');
  await handle.truncate(mebibytes * 2 ** 20).finally(() => handle.close());
}

async function fileSystem(type: 'ext4' | 'fat' | 'swap', { file, files, label }: { readonly file: string; readonly files: string; readonly label: string }): Promise<void> {
  switch (type) {
    case 'ext4':
      await oracleOutput(['mke2fs', '-q', '-F', '-t', 'ext4', '-L', label, '-E', 'root_owner=0:0', '-d', files, file]);
      return;
    case 'fat': {
      await oracleOutput(['mkfs.fat', ...(label === '' ? [] : ['-n', label]), file]);
      const tops = (await readdir(files)).map((name) => join(files, name));
      if (tops.length > 0) await oracleOutput(['mcopy', '-s', '-i', file, ...tops, '::/']);
      return;
    }
    case 'swap':
      await oracleOutput(['mkswap', ...(label === '' ? [] : ['-L', label]), file]);
      return;
    default:
      return unreachable(type);
  }
}

async function withFolder(content: FolderContent, act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'medium-'));
  try {
    for (const [path, text] of Object.entries(content)) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
