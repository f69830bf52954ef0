import type { Artifact } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { DiskParts } from '../kit/disk-parts.ts';
import type { InputGroup } from '../kit/kind.ts';
import type { write } from './write.ts';

/** Decides sizes and identities of a disk from everything that will lie on it. */
export interface DiskPlanStep {
  readonly inputs: {
    /** Files of the boot partition by their paths, of which `a/…` is a slot. */
    readonly boot: InputGroup;
    readonly bios?: DiskParts['bios'];
    /** What the state file system holds. */
    readonly state: Artifact<'tar'>;
  };
  readonly options: {
    /** Whose disk it is: equal contents of two products get identities of their own. */
    readonly name: string;
    readonly hasBios: boolean;
    /** Size of the state file system as it is shipped, at least 64. */
    readonly stateMiB: number;
  };
  /** `plan`: a `DiskPlan`; `fat` and `ext4`: arguments for mkfs.vfat and mke2fs, which a step cannot know before. */
  readonly outputs: { readonly plan: 'json'; readonly fat: 'text'; readonly ext4: 'text' };
}

export const diskPlan = defineWriter<typeof write>('disk-plan', { plan: 'json', fat: 'text', ext4: 'text' });
