import { BuildError, type Failure } from '../core/failure.ts';
import type { Artifact } from '../core/step.ts';
import { ARCHES } from '../pins/context.ts';
import type { DeclaredTarget } from './all-targets.ts';
import type { Wiring } from './wire.ts';

/** What a target promised: an artifact for each of its files, and what must come about before any of them is published. */
export interface MadeTarget {
  readonly artifacts: { readonly [path: string]: Artifact };
  readonly proofs: readonly Artifact[];
}

/** Lets a target add its steps; what is wrong with it is a failure with its file as the place, unless a better one is known. */
export function makeTarget(target: DeclaredTarget, wiring: Wiring): MadeTarget {
  demandSense(target);
  try {
    const { made: artifacts, proofs } = wiring.collectProofs(() => target.make(wiring.context));
    demandPromise(target, Object.keys(artifacts));
    return { artifacts, proofs };
  } catch (error) {
    throw placed(error, target);
  }
}

function demandSense(target: DeclaredTarget): void {
  if (!ARCHES.includes(target.arch)) {
    throw wrong(
      target,
      `The target "${target.name}" is for the processor "${target.arch}".`,
      `Choose one of ${ARCHES.join(', ')}.`,
    );
  }
  for (const path of Object.keys(target.files)) {
    if (path.split('/').every((part) => /^[\w+-][\w.+-]*$/.test(part))) continue;
    throw wrong(target, `"${path}" is no path below a version's folder.`, 'Write it like vmware/rancheros.iso.');
  }
}

/** A listing must not promise what a build does not make, nor the other way round. */
function demandPromise(target: DeclaredTarget, made: readonly string[]): void {
  const promised = Object.keys(target.files);
  const missing = promised.filter((path) => !made.includes(path));
  const unknown = made.filter((path) => !promised.includes(path));
  if (missing.length > 0)
    throw wrong(
      target,
      `The target "${target.name}" lists files that it does not make: ${missing.join(', ')}.`,
      'Make them, or take them out of `files`.',
    );
  if (unknown.length > 0)
    throw wrong(
      target,
      `The target "${target.name}" makes files that it does not list: ${unknown.join(', ')}.`,
      'Add them to `files`, each with what it is.',
    );
}

function placed(error: unknown, target: DeclaredTarget): BuildError {
  if (error instanceof BuildError) {
    const [first, ...rest] = error.failures.map(
      (failure): Failure => ({ ...failure, place: failure.place ?? { file: target.file } }),
    );
    return new BuildError([first as Failure, ...rest], { cause: error });
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new BuildError(
    {
      kind: 'configuration',
      message: `The target "${target.name}" broke while it was read.`,
      place: { file: target.file },
      evidence: stack,
    },
    { cause: error },
  );
}

function wrong(target: DeclaredTarget, message: string, hint: string): BuildError {
  return new BuildError({ kind: 'configuration', message, place: { file: target.file }, hint });
}
