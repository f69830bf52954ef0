import type { Artifact } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { write } from './write.ts';

/**
 * Takes modules and what they need out of a kernel package. Compressed modules come out plain, since a squashfs compresses better; their
 * signatures, which are appended, stay. The indices (`modules.dep` and so on) are depmod's work, in a step after this one.
 */
export interface Modules {
  /** The package's files. */
  readonly inputs: { readonly kernel: Artifact<'tar'> };
  readonly options: {
    /** `uname -r` of the kernel, a folder below `/usr/lib/modules`. */
    readonly release: string;
    /** Which are taken: see `chooseModules` for the entries. */
    readonly modules: readonly string[];
    /** Which of them, with what these need, go to the output `tar`; the others go to `rest`. Without it all go to `tar`. */
    readonly first?: readonly string[] | undefined;
  };
  /** `tar`: `usr/lib/modules/<release>/…` with the lists that depmod reads; `rest`: modules and nothing else; `report`: a `ModulesReport`. */
  readonly outputs: { readonly tar: 'tar'; readonly rest: 'tar'; readonly report: 'json' };
}

/** What was taken and why, for the check of the firmware. */
export type ModulesReport = {
  readonly release: string;
  readonly modules: readonly {
    readonly name: string;
    readonly path: string;
    readonly size: number;
    readonly depends: readonly string[];
    readonly firmware: readonly string[];
  }[];
  /** Soft dependencies that are no modules of this kernel: built in, or aliases. */
  readonly notModules: readonly string[];
};

export const modules = defineWriter<typeof write>('modules', { tar: 'tar', rest: 'tar', report: 'json' });
