import type { Digest } from './digest.ts';
import type { Failure } from './failure.ts';
import type { Blob } from './step.ts';

/** Everything that can happen in a build. Reporters switch over `type`; a new member fails to compile in each of them. */
export type BuildEvent =
  | {
      readonly type: 'plan';
      readonly steps: readonly { readonly id: number; readonly title: string }[];
      readonly inputs: number;
    }
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
  | { readonly type: 'failure'; readonly failure: Failure };
