import { createHash } from 'node:crypto';
import { type DiskPlan, diskIds } from '../../../pipeline/formats/disk-layout.ts';
import { inMemory, type RandomAccess } from '../../../pipeline/formats/random-access.ts';
import { MIB } from '../../../pipeline/formats/sector.ts';

/** A plan of few MiB, so that a whole disk of it fits into memory. */
export function samplePlan(key = 'contents', change: Partial<DiskPlan> = {}): DiskPlan {
  return {
    hasBios: true,
    bootBytes: 2 * MIB,
    stateBytes: MIB,
    ids: diskIds(key, (text) => createHash('sha256').update(text).digest()),
    ...change,
  };
}

/** A disk image with some bytes changed. */
export function changed(disk: Uint8Array, changes: readonly (readonly [offset: number, bytes: Uint8Array])[]): RandomAccess {
  const copy = Buffer.from(disk);
  for (const [offset, bytes] of changes) copy.set(bytes, offset);
  return inMemory(copy);
}

/** Bytes with one bit turned around. */
export function flipped(disk: Uint8Array, offset: number): RandomAccess {
  return changed(disk, [[offset, Uint8Array.of((disk[offset] ?? 0) ^ 1)]]);
}

/** Stands for GRUB's boot.img and core.img: the bytes that count, and noise. */
export function sampleBiosCode(coreSectors = 40): { readonly boot: Uint8Array; readonly core: Uint8Array } {
  const boot = Buffer.alloc(512, 0xab);
  boot.set([0xeb, 0x63, 0x90]);
  boot.set([0xeb, 0x05], 0x66);
  const core = Buffer.alloc(coreSectors * 512 - 100, 0xcd);
  core.fill(0, 0x1e0, 0x200);
  core.writeUInt16LE(0x0820, 0x1fe);
  return { boot, core };
}

/** Writes pieces into an empty disk. */
export function assembled(sectors: number, pieces: readonly { readonly lba: number; readonly bytes: Uint8Array }[]): Buffer {
  const disk = Buffer.alloc(sectors * 512);
  for (const { lba, bytes } of pieces) disk.set(bytes, lba * 512);
  return disk;
}
