import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackDisk } from '../../pipeline/emulator/installed-disk.ts';
import type { DiskContent } from './boot-case.ts';
import { releaseFiles } from './project.ts';
import { toolRoot } from './tools.ts';
import { usedFile } from './used-files.ts';

/** The release's installed disk, on a disk of the case's size. `append` as `ros install -a` gives it: without a login no test would get far. */
export function releasedDisk(append = 'rancher.autologin=ttyS0', target = 'amd64'): DiskContent {
  return {
    type: 'made',
    async by(file) {
      const { size } = await stat(file);
      await unpackDisk(usedFile(join(releaseFiles(target), 'rancheros.img')), { file, sizeBytes: size, append, toolRoot: await toolRoot('tools') });
    },
  };
}
