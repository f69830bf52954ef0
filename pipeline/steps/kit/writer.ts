import type { WriterJob } from '../../core/writer.ts';
import { Inputs } from '../../io/inputs.ts';
import type { InputName, Plain, StepKind } from './kind.ts';

/** Code that performs steps of a kind: what a `write.ts` exports as `write`. */
export interface WriterOf<K extends StepKind> {
  (job: WriterJob): Promise<void>;
  /** Never there: it tells the compiler which kind this is. */
  readonly kind?: K;
}

/** One step as its writer sees it. */
export interface Job<K extends StepKind> {
  readonly inputs: Inputs<InputName<K['inputs']>>;
  /** Absolute paths of files that must exist when the writer is done. */
  readonly outputs: { readonly [name in keyof K['outputs']]: string };
  readonly options: K['options'];
  /** Seconds since 1970 for every timestamp in the outputs. */
  readonly epoch: number;
}

/** Makes a writer of a kind. The compiler has seen to options and names of inputs and outputs; inputs are closed when it is done. */
export function writer<K extends StepKind & { readonly options: Plain<K['options']> }>(
  perform: (job: Job<K>) => void | Promise<void>,
): WriterOf<K> {
  return async ({ inputs, outputs, options, epoch }) => {
    const opened = new Inputs<InputName<K['inputs']>>(inputs);
    try {
      await perform({
        inputs: opened,
        outputs: outputs as Job<K>['outputs'],
        options: options as unknown as K['options'],
        epoch,
      });
    } finally {
      opened.close();
    }
  };
}
