import type { Artifact } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { InputGroup } from '../kit/kind.ts';
import type { write } from './write.ts';

/**
 * Decides sizes and identities of an SD card from everything that will lie on it. Its boot file system has room for the next version
 * beside this one.
 */
export interface CardPlanStep {
  readonly inputs: {
    /** Files of the boot partition by their paths, all but `cmdline.txt`. */
    readonly boot: InputGroup;
    /** What the state file system holds. */
    readonly state: Artifact<'tar'>;
  };
  readonly options: {
    /** Whose card it is: equal contents of two products get identities of their own. */
    readonly name: string;
    /** Size of the state file system as it is shipped: a multiple of 4, and at least 64. */
    readonly stateMiB: number;
    /** Kernel arguments, to which the name of the boot file system is added. */
    readonly arguments: string;
  };
  /**
   * `plan`: a `CardPlan`; `fat` and `ext4`: arguments for mkfs.vfat and mke2fs; `cmdline`: the file `cmdline.txt`, which names the boot file
   * system by its serial number.
   */
  readonly outputs: { readonly plan: 'json'; readonly fat: 'text'; readonly ext4: 'text'; readonly cmdline: 'text' };
}

export const cardPlan = defineWriter<typeof write>('card-plan', {
  plan: 'json',
  fat: 'text',
  ext4: 'text',
  cmdline: 'text',
});
