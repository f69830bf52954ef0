import type { Artifact } from '../../core/step.ts';

/** A file that is only there while a tool reads it. */
export interface Stream {
  readonly pieces: Artifact<'pieces'>;
  /** The inputs that the pieces are of, by the names that the pieces give them, groups as in `StepKind`. */
  readonly parts: object;
}
