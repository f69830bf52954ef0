import { defineWriter } from '../kit/define.ts';
import type { DiskParts, DiskSize } from '../kit/disk-parts.ts';
import type { write } from './write.ts';

/** An installed disk as the pieces of its raw image. */
export interface DiskPieces {
  readonly inputs: DiskParts;
  readonly options: DiskSize;
  readonly outputs: { readonly pieces: 'pieces' };
}

export const diskPieces = defineWriter<typeof write>('disk-pieces', { pieces: 'pieces' });
