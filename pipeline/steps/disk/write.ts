import { SparseFile } from '../../io/sparse-file.ts';
import { diskWriter } from '../kit/disk-writer.ts';
import type { RawDisk } from './step.ts';

export const write = diskWriter<RawDisk>(({ size, contents }, { outputs }) => {
  const disk = new SparseFile(outputs.disk, size);
  try {
    for (const { offset, content } of contents) {
      if (content instanceof Uint8Array) disk.put(content, offset);
      else disk.copy(content, offset);
    }
  } finally {
    disk.close();
  }
});
