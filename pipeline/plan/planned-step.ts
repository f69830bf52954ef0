import type { Digest } from '../core/digest.ts';
import type { Json } from '../core/json.ts';
import type { Blob } from '../core/step.ts';

/** What a build would do with a step. */
export type StepState =
  /** Its result is in the store, or a remote one has promised it. */
  | 'cached'
  /** Its key is known, and the store has no result for it. */
  | 'run'
  /** Its key depends on the bytes of steps that have not run; with the bytes of an earlier build it may turn out to be cached. */
  | 'waits';

/** An input of a step, as far as it is known before the build. */
export type PlannedInput =
  | {
      readonly from: 'debian';
      readonly name: string;
      readonly version: string;
      readonly arch: string;
      readonly digest: Digest;
    }
  | { readonly from: 'url'; readonly name: string; readonly digest: Digest }
  | { readonly from: 'repository'; readonly path: string; readonly digest: Digest }
  /** Output of another step; without a digest while that one has not run. */
  | { readonly from: 'step'; readonly title: string; readonly output: string; readonly digest?: Digest | undefined };

/** A step of a plan, with everything that its key is made of. Plain data: it is written to files and read back. */
export interface PlannedStep {
  readonly id: number;
  readonly title: string;
  /** The name of its folder in `pipeline/steps`. */
  readonly kind: string;
  readonly state: StepState;
  /** Whether a remote store has promised its result, and not all of it is here. */
  readonly isRemote?: boolean | undefined;
  readonly key?: Digest | undefined;
  /** Why it runs, where the store knows its key and has lost its result. */
  readonly reason?: string | undefined;
  /** The step of the same plan that is the same in everything: a build runs one of them. */
  readonly sameAs?: number | undefined;
  /** Ids of steps that run for sure, on whose bytes the key of this one depends. */
  readonly dependsOn?: readonly number[] | undefined;
  readonly inputs: { readonly [name: string]: PlannedInput };
  /** The tool image of a step that runs tools. */
  readonly image?: PlannedInput | undefined;
  /** The programs of a step that runs tools. */
  readonly commands?: Json | undefined;
  /** The writer of a step of ours, the digest of its code, and its options. */
  readonly writer?: { readonly name: string; readonly code: Digest; readonly options: Json } | undefined;
  readonly epoch: number;
  readonly outputs: readonly string[];
  /** What it made, where it is cached. */
  readonly made?: { readonly [output: string]: Blob } | undefined;
}
