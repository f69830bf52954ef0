import { closeSync, openSync, writeSync } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { BuildError } from '../core/failure.ts';
import { runProcess } from '../exec/process.ts';
import { APPEND_FILE } from '../formats/append-file.ts';
import { PARTITION_NAME } from '../formats/disk-layout.ts';
import { readFat32 } from '../formats/fat-reader.ts';
import { readGpt } from '../formats/gpt-reader.ts';
import { appendSettings } from '../formats/grub-settings.ts';
import { slice } from '../formats/random-access.ts';
import { SECTOR } from '../formats/sector.ts';
import { toolProgram } from '../host/tool-program.ts';
import { FileSource } from '../io/file-source.ts';
import { imageNotUnpacked, notAnInstalledDisk } from './messages.ts';

const UNPACK_SECONDS = 1800;

/** Unpacks `rancheros.img` to a raw disk with holes, which a machine may write to. `toolRoot` is the unpacked tool image `tools`. */
export async function unpackDisk(
  image: string,
  disk: {
    readonly file: string;
    readonly toolRoot: string;
    /** A disk larger than the image. */
    readonly sizeBytes?: number;
    /** Kernel arguments as `ros install -a` gives them. */
    readonly append?: string;
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  const zstd = toolProgram(disk.toolRoot, 'zstd');
  const { code, words } = await runProcess({
    argv: [...zstd, '-d', '-q', '-f', '--sparse', '--long=27', '-o', disk.file, image],
    env: {},
    seconds: UNPACK_SECONDS,
    signal: disk.signal ?? new AbortController().signal,
  });
  if (code !== 0) throw new BuildError(imageNotUnpacked(image, words.trim()));
  if (disk.append !== undefined) setAppend(disk.file, disk.append);
  if (disk.sizeBytes !== undefined) await truncate(disk.file, disk.sizeBytes);
}

/** Replaces the kernel arguments of an installed raw disk, in place. */
function setAppend(file: string, append: string): void {
  const offset = offsetOfAppend(file);
  const fd = openSync(file, 'r+');
  try {
    writeSync(fd, Buffer.from(appendSettings(append)), 0, undefined, offset);
  } finally {
    closeSync(fd);
  }
}

function offsetOfAppend(file: string): number {
  const source = new FileSource(file);
  try {
    const boot = readGpt(source, 1)?.partitions.find(({ name }) => name === PARTITION_NAME.boot);
    const start = (boot?.firstLba ?? 0) * SECTOR;
    const files = boot ? readFat32(slice(source, start, (boot.lastLba + 1) * SECTOR - start)) : [];
    const [extent] = files.find(({ path }) => path === APPEND_FILE)?.extents ?? [];
    if (extent) return start + extent.offset;
    throw new BuildError(notAnInstalledDisk(file, APPEND_FILE));
  } finally {
    source.close();
  }
}
