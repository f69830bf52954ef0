import type { Artifact } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { write } from './write.ts';

/** Takes a boot file system apart into files that a medium carries and the rest. */
export interface InstallPartsStep {
  readonly inputs: {
    /** A `DiskPlan`. */
    readonly plan: Artifact<'json'>;
    readonly boot: Artifact<'fat'>;
  };
  readonly options: {
    readonly version: string;
    /** What the medium carries anyway: path in the boot file system → path on the medium. */
    readonly files: { readonly [path: string]: string };
    /** Path in the boot file system of the file with this disk's kernel arguments. */
    readonly append: string;
  };
  /** `description`: an `InstallParts`. */
  readonly outputs: { readonly description: 'json'; readonly rest: 'file' };
}

export const installParts = defineWriter<typeof write>('install-parts', { description: 'json', rest: 'file' });
