import { type Digest, digestOf } from '../core/digest.ts';
import { canonicalJson, type Json } from '../core/json.ts';
import type { Step } from '../core/step.ts';

/** Raised when the meaning of a key or of an executor's contract changes, so that old records no longer match. */
const KEY_VERSION = 1;

/** What a key is made of besides the step itself. */
export interface KeyContext {
  /** Digest of the bytes of each input, by input name. */
  readonly inputs: { readonly [name: string]: Digest };
  /** Digest of the tool image, for a tool action. */
  readonly image?: Digest | undefined;
  /** Digest of the writer's bundled code, for a built-in action. */
  readonly code?: Digest | undefined;
  /** Set where a tool runs without isolation: what it makes may depend on the machine, and is kept apart from what is isolated. */
  readonly isUnisolated?: boolean | undefined;
}

/** Everything that can change the outputs, and nothing else: titles and limits are left out. */
export function keyManifest(step: Step, context: KeyContext): Json {
  const { action } = step;
  return {
    version: KEY_VERSION,
    action:
      action.type === 'tool'
        ? { type: 'tool', image: context.image ?? null, commands: action.commands as unknown as Json }
        : { type: 'builtin', writer: action.writer, code: context.code ?? null, options: action.options },
    ...(context.isUnisolated ? { isolated: false } : {}),
    inputs: context.inputs,
    outputs: Object.keys(step.outputs).sort(),
    epoch: step.epoch,
  };
}

/** The key under which a step's outputs are remembered. */
export function keyOf(step: Step, context: KeyContext): Digest {
  return digestOf(canonicalJson(keyManifest(step, context)));
}
