import { createHash } from 'node:crypto';
import { type Guid, guidFromDigest } from '../formats/guid.ts';
import type { ComposedDisk } from './composed-disk.ts';

/** A disk that is about to get a container around it. */
export interface VirtualDisk extends ComposedDisk {
  /** An identity that follows from the disk's contents, its size and what it is for. */
  readonly identity: (purpose: string) => Guid;
}

/** A composed disk with its identities. */
export function virtualDisk(disk: ComposedDisk): VirtualDisk {
  return { ...disk, identity: (purpose) => identityOf(`${disk.id} ${disk.size} ${purpose}`) };
}

function identityOf(text: string): Guid {
  return guidFromDigest(createHash('sha256').update(text).digest());
}
