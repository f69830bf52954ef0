import { guidBytes } from '../formats/guid.ts';
import { SECTOR } from '../formats/sector.ts';
import { GRAIN, type VmdkDescriptor, VmdkStream } from '../formats/vmdk.ts';
import { dataBlocks } from './disk-blocks.ts';
import type { VirtualDisk } from './virtual-disk.ts';

/** What a VMDK says of a disk, in the kind `type` and with `extent` as its file name. */
export function vmdkDescription(
  disk: VirtualDisk,
  { type, extent }: Pick<VmdkDescriptor, 'type' | 'extent'>,
): VmdkDescriptor {
  const id = guidBytes(disk.identity('vmdk'));
  return {
    type,
    extent,
    sectors: disk.size / SECTOR,
    contentId: new DataView(id.buffer, id.byteOffset).getUint32(0),
    uuid: id,
  };
}

/** The bytes of a streamOptimized VMDK, part by part. */
export function* streamedVmdk(disk: VirtualDisk, descriptor: VmdkDescriptor): Generator<Uint8Array> {
  const stream = new VmdkStream(descriptor);
  yield stream.head();
  for (const { index, bytes } of dataBlocks(disk, GRAIN)) yield stream.grain(index, bytes);
  yield* stream.end();
}
