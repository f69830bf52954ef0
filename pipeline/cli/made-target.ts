import { BuildError, type Failure } from '../core/failure.ts';
import type { Artifact } from '../core/step.ts';
import { ARCHES } from '../pins/context.ts';
import type { DeclaredTarget } from './all-targets.ts';
import * as messages from './release-messages.ts';
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
    demandArtifacts(target, artifacts);
    demandDescriptions(target, artifacts, wiring);
    return { artifacts, proofs };
  } catch (error) {
    throw placed(error, target);
  }
}

function demandSense(target: DeclaredTarget): void {
  if (!ARCHES.includes(target.arch)) {
    throw new BuildError(messages.noSuchProcessor(target, target.arch, ARCHES));
  }
  for (const path of Object.keys(target.files)) {
    if (path.split('/').every((part) => /^[\w+-][\w.+-]*$/.test(part))) continue;
    throw new BuildError(messages.notAReleasePath(target, path));
  }
}

/** The compiler refuses it; a build runs without the compiler. */
function demandArtifacts(target: DeclaredTarget, made: { readonly [path: string]: Artifact | undefined }): void {
  const missing = Object.keys(target.files).filter((path) => made[path] === undefined);
  if (missing.length > 0) throw new BuildError(messages.targetMakesNothing(target, missing));
}

/** Nobody could say later whether a file is sound of which nothing is known. */
function demandDescriptions(target: DeclaredTarget, artifacts: MadeTarget['artifacts'], wiring: Wiring): void {
  const unknown = Object.keys(artifacts).filter((path) => !wiring.mediumOf(artifacts[path] as Artifact));
  if (unknown.length > 0) throw new BuildError(messages.filesNotDescribed(target, unknown));
}

function placed(error: unknown, target: DeclaredTarget): BuildError {
  if (error instanceof BuildError) {
    const [first, ...rest] = error.failures.map(
      (failure): Failure => ({ ...failure, place: failure.place ?? { file: target.file } }),
    );
    return new BuildError([first as Failure, ...rest], { cause: error });
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new BuildError(messages.targetBroke(target, stack), { cause: error });
}
