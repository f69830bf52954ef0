import { BuildError, type Failure } from '../core/failure.ts';
import type { Artifact } from '../core/step.ts';
import { PackageGone } from '../fetch/package-gone.ts';
import type { ReleaseFile } from '../publish/manifest.ts';
import { NOTHING_SHIPPED, type Shipped } from '../publish/shipped.ts';
import type { DeclaredTarget } from './all-targets.ts';
import { type MadeTarget, makeTarget } from './made-target.ts';
import { releaseFiles } from './release-files.ts';
import * as messages from './release-messages.ts';
import { shippedPackages } from './shipped-packages.ts';
import type { Wiring } from './wire.ts';

/** What became of one target: its files, or why there are none. */
export interface TargetOutcome {
  readonly target: DeclaredTarget;
  /** All its files by path; empty when anything failed. */
  readonly files: { readonly [path: string]: ReleaseFile };
  /** The packages in them. */
  readonly shipped: Shipped;
  /** What was thrown; empty when all came about, proofs included. */
  readonly reasons: readonly unknown[];
}

/** A target whose steps are in the graph, or what was wrong with it. */
export type BegunTarget = { readonly target: DeclaredTarget } & (
  | { readonly made: MadeTarget; readonly error?: never }
  | { readonly made?: never; readonly error: unknown }
);

/** Lets targets add their steps; all before any is built: a step that several need is then known to be the same. */
export function beginTargets(targets: readonly DeclaredTarget[], wiring: Wiring): readonly BegunTarget[] {
  return targets.map((target) => {
    try {
      return { target, made: makeTarget(target, wiring) };
    } catch (error) {
      return { target, error };
    }
  });
}

/** Everything that must come about for targets, their proofs included. */
export function artifactsOf(begun: readonly BegunTarget[]): readonly Artifact[] {
  return begun.flatMap(({ made }) => (made ? [...Object.values(made.artifacts), ...made.proofs] : []));
}

/** Builds targets side by side, what they share once. What is wrong with one stops no other. */
export async function buildOutcomes(begun: readonly BegunTarget[], wiring: Wiring): Promise<readonly TargetOutcome[]> {
  return Promise.all(
    begun.map(async ({ target, made, error }): Promise<TargetOutcome> => {
      const failed = (reasons: readonly unknown[]) => ({ target, files: {}, shipped: NOTHING_SHIPPED, reasons });
      if (!made) return failed([error]);
      const { engine } = wiring;
      // That a proof came about is enough; nobody reads its bytes.
      const [proofs, built] = await Promise.all([
        Promise.allSettled(made.proofs.map((proof) => engine.resolve(proof))),
        Promise.allSettled(Object.values(made.artifacts).map((artifact) => engine.build(artifact))),
      ]);
      const reasons = [...proofs, ...built].flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      if (reasons.length > 0) return failed(reasons);
      try {
        const files = await releaseFiles(target, made.artifacts, wiring);
        return { target, files, shipped: await shippedPackages(Object.values(made.artifacts), wiring), reasons };
      } catch (reason) {
        return failed([reason]);
      }
    }),
  );
}

/** A locked package that no source has any more, if that is among the reasons. */
export function goneIn(outcomes: readonly TargetOutcome[]): PackageGone | undefined {
  return outcomes.flatMap(({ reasons }) => reasons).find((reason) => reason instanceof PackageGone);
}

/**
 * Throws what failed, each distinct failure once, since several files may fail for one cause. An interruption only where nothing else
 * failed; a bug of ours with its stack. Where `published` says that other targets came about, the exit code is that of a failed step.
 */
export function throwFailures(outcomes: readonly TargetOutcome[], published: string | undefined): void {
  const reasons = outcomes.flatMap((outcome) => outcome.reasons);
  const bug = reasons.find((reason) => !(reason instanceof BuildError));
  if (bug !== undefined) throw bug;
  const failures = outcomes.flatMap(({ target, reasons }) =>
    reasons.flatMap((reason) =>
      reason instanceof BuildError ? reason.failures.map((each) => placed(each, target)) : [],
    ),
  );
  const distinct = [
    ...new Map(failures.map((failure) => [`${failure.message}\0${failure.evidence ?? ''}`, failure])).values(),
  ];
  const causes = distinct.filter((failure) => failure.kind !== 'interrupted');
  const [first, ...rest] = causes.length > 0 ? causes : distinct;
  if (!first) return;
  if (published === undefined || causes.length === 0) throw new BuildError([first, ...rest]);
  const failed = outcomes.filter((outcome) => outcome.reasons.length > 0).map(({ target }) => target.name);
  throw new BuildError([messages.someTargetsFailed(failed, outcomes.length, published), first, ...rest]);
}

/** A step does not know where its options come from: what is wrong with them is wrong in the target. */
function placed(failure: Failure, { file }: DeclaredTarget): Failure {
  return failure.kind === 'configuration' && failure.place === undefined ? { ...failure, place: { file } } : failure;
}

/** Why a target has no files, in one line. */
export function reasonText({ reasons }: TargetOutcome): string {
  const failures = reasons.flatMap((reason) => (reason instanceof BuildError ? reason.failures : []));
  const failure = failures.find(({ kind }) => kind !== 'interrupted') ?? failures[0];
  return failure?.message ?? 'a bug in the pipeline stopped it';
}
