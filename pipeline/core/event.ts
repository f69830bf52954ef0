import type { Digest } from './digest.ts';
import type { Failure } from './failure.ts';
import type { Blob } from './step.ts';

/** Everything that can happen in a build. Reporters switch over `type`; a new member fails to compile in each of them. */
export type BuildEvent =
  | PlanEvent
  | { readonly type: 'download-start'; readonly name: string; readonly bytes: number }
  | { readonly type: 'download-progress'; readonly name: string; readonly received: number; readonly bytes: number }
  | { readonly type: 'download-end'; readonly name: string; readonly bytes: number }
  | { readonly type: 'step-start'; readonly id: number; readonly title: string }
  | {
      readonly type: 'step-end';
      readonly id: number;
      /** What kind of step it is: the name of its folder in `pipeline/steps`. */
      readonly kind: string;
      readonly title: string;
      readonly cached: boolean;
      readonly key: Digest;
      readonly milliseconds: number;
      readonly outputs: { readonly [name: string]: Blob };
    }
  | { readonly type: 'step-failed'; readonly id: number; readonly title: string; readonly failure: Failure }
  | { readonly type: 'file'; readonly target: string; readonly path: string; readonly blob: Blob }
  | { readonly type: 'note'; readonly level: 'info' | 'warning'; readonly message: string }
  | { readonly type: 'failure'; readonly failure: Failure }
  | ResultEvent;

/** What will be done, before any of it is done. */
export interface PlanEvent {
  readonly type: 'plan';
  readonly version: string;
  readonly targets: readonly string[];
  /** Each distinct step once. */
  readonly steps: readonly PlannedStepEvent[];
  /** What steps that run need and the store lacks. */
  readonly download: { readonly files: number; readonly bytes: number };
  /** About so many bytes the store grows by. */
  readonly storeBytes: number;
  /** About so long it takes. */
  readonly milliseconds: number;
  /** Whether all steps that may run have run on this store before, so that the two above are measured. */
  readonly isMeasured: boolean;
}

export interface PlannedStepEvent {
  readonly id: number;
  /** Other steps of the graph that are the same in everything: one of them runs. */
  readonly alike?: readonly number[] | undefined;
  readonly kind: string;
  readonly title: string;
  /** `waits`: its key depends on the bytes of steps that have not run, and it may turn out to be cached. */
  readonly state: 'cached' | 'run' | 'waits';
  /** What it takes where it runs; measured or assumed. */
  readonly milliseconds?: number | undefined;
}

/** How a command ended; the last event. */
export interface ResultEvent extends ResultDetails {
  readonly type: 'result';
  readonly command: string;
  readonly exitCode: number;
}

/** What a command says of its result besides the exit code, as far as it came to that. */
export interface ResultDetails {
  readonly version?: string | undefined;
  /** Absolute path of the version's directory. */
  readonly directory?: string | undefined;
  /** Whether `latest` shows this version. */
  readonly isLatest?: boolean | undefined;
  readonly files?: number | undefined;
  /** Of all files. */
  readonly bytes?: number | undefined;
  readonly stepsRun?: number | undefined;
  readonly stepsReused?: number | undefined;
  readonly targetsBuilt?: readonly string[] | undefined;
  readonly targetsFailed?: readonly string[] | undefined;
  /** Targets whose files of other sources were taken out of the version. */
  readonly targetsTakenOut?: readonly string[] | undefined;
}
