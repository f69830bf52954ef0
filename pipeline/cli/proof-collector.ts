import type { Artifact } from '../core/step.ts';

/** Knows for each target which artifacts must come about before it is published, although targets share what was made for another one. */
export class ProofCollector {
  readonly #open: Set<Artifact>[] = [];

  /** An artifact that must come about, for all that is being made just now. */
  add(artifact: Artifact): void {
    for (const proofs of this.#open) proofs.add(artifact);
  }

  /** Makes something, and gives what was added meanwhile. */
  collect<T>(make: () => T): { readonly made: T; readonly proofs: readonly Artifact[] } {
    const proofs = new Set<Artifact>();
    this.#open.push(proofs);
    try {
      return { made: make(), proofs: [...proofs] };
    } finally {
      this.#open.pop();
    }
  }
}
