import type { Digest } from '../core/digest.ts';
import type { Failure } from '../core/failure.ts';

export function storedFileChanged(file: string, digests: { readonly wanted: Digest; readonly found: Digest }): Failure {
  return {
    kind: 'wrong-bytes',
    message: 'A stored file was changed after it was written.',
    place: { file },
    evidence: `wanted ${digests.wanted}, found ${digests.found}`,
    hint: 'It was removed; run the same command again and it is made anew. If this happens twice, check the disk.',
  };
}

const OTHER_SOURCE = 'Take the file from another source, or correct the pin.';

export function otherDigestReceived(digests: { readonly wanted: Digest; readonly received: Digest }): Failure {
  return {
    kind: 'wrong-bytes',
    message: 'Received bytes do not have the digest that is pinned.',
    evidence: `wanted ${digests.wanted}, received ${digests.received}`,
    hint: OTHER_SOURCE,
  };
}

/** Of more bytes than pinned nobody knows how many there would have been. */
export function otherSizeReceived(sizes: { readonly wanted: number; readonly received: number }): Failure {
  const more = sizes.received > sizes.wanted ? 'at least ' : '';
  return {
    kind: 'wrong-bytes',
    message: 'Received bytes do not have the size that is pinned.',
    evidence: `wanted ${sizes.wanted} bytes, received ${more}${sizes.received}`,
    hint: OTHER_SOURCE,
  };
}
