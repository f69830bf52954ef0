import type { Arch, Artifact } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { write } from './write.ts';

/** What `docker load` reads (moby 26.1, `image/tarexport`): `manifest.json`, an image's configuration, and its only layer. */
export interface ImageArchive {
  readonly inputs: { readonly layer: Artifact<'tar'> };
  /** `name`: `rancher/name:tag`. */
  readonly options: { readonly arch: Arch; readonly name: string };
  /** Those of a tar. */
  readonly outputs: { readonly pieces: 'pieces' };
}

export const imageArchive = defineWriter<typeof write>('image-archive', { pieces: 'pieces' });
