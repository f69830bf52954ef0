import type { Arch, Artifact } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { write } from './write.ts';

/** Describes the layers of the system as images of System Docker. */
export interface Seed {
  /** The tars of all layers. */
  readonly inputs: { readonly layer: { readonly [name: string]: Artifact<'tar'> } };
  readonly options: SeedOptions;
  /**
   * `seed`: a tar to unpack into System Docker's empty data root; `list`: a line `<name> <64 hex digits>` per layer from the lowest to the
   * highest, by which `/init` mounts them.
   */
  readonly outputs: { readonly seed: 'tar'; readonly list: 'text' };
}

export type SeedOptions = {
  readonly arch: Arch;
  /** All layers of the system, from the lowest to the highest. */
  readonly layers: readonly string[];
  readonly images: readonly SeedImage[];
};

export type SeedImage = {
  /** `rancher/os-base`. */
  readonly name: string;
  readonly tag: string;
  /** Some of the layers, from the lowest to the highest. */
  readonly layers: readonly string[];
};

export const seed = defineWriter<typeof write>('seed', { seed: 'tar', list: 'text' });
