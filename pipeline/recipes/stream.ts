import type { Artifact, InputRef } from '../core/step.ts';

/** A file that is only there while a tool reads it. */
export interface Stream {
  readonly pieces: Artifact<'pieces'>;
  /** The inputs that the pieces are of, by the names that the pieces give them. */
  readonly parts: { readonly [name: string]: InputRef };
}
