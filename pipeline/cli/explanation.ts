import type { Digest } from '../core/digest.ts';
import { counterpart, type KeyChange, keyChanges } from '../plan/difference.ts';
import type { PlannedStep } from '../plan/planned-step.ts';
import type { PlanRecord } from '../plan/records.ts';
import { changeLines } from './plan-reasons.ts';
import type { Wiring } from './wire.ts';

/** What a step is compared with. */
export interface Since {
  readonly record: PlanRecord;
  /** What that is, for a person. */
  readonly words: string;
}

/** Why a step has the key that it has. */
export interface Explanation {
  readonly step: PlannedStep;
  readonly since: string | undefined;
  /** Its key then; undefined where it was not there or had not run. */
  readonly keyBefore: Digest | undefined;
  /** Whether there is a step to compare with. */
  readonly isKnown: boolean;
  readonly changes: readonly ExplainedChange[];
  /** Titles of steps that have not run, on whose bytes the key depends. */
  readonly dependsOn: readonly string[];
}

export interface ExplainedChange {
  readonly change: KeyChange;
  /** In words; below the first line the files in which two trees differ. */
  readonly lines: readonly string[];
  /** What changed in the step that made the bytes, where it is not told elsewhere. */
  readonly because: readonly ExplainedChange[];
}

/** Compares a step with what it was, down to the inputs from outside. A step on the way is told once. */
export async function explain(
  step: PlannedStep,
  options: { readonly steps: readonly PlannedStep[]; readonly since: Since | undefined; readonly wiring: Wiring },
): Promise<Explanation> {
  const { steps, since, wiring } = options;
  const earlier = since?.record.steps ?? [];
  const told = new Set<string>([step.title]);
  const changesOf = async (now: PlannedStep, before: PlannedStep): Promise<readonly ExplainedChange[]> => {
    const changes = keyChanges(before, now);
    const lines = await changeLines(changes, wiring);
    const explained: ExplainedChange[] = [];
    for (const [index, change] of changes.entries())
      explained.push({ change, lines: lines[index] ?? [], because: await behind(change) });
    return explained;
  };
  const behind = async ({ step: title }: KeyChange): Promise<readonly ExplainedChange[]> => {
    if (title === undefined || told.has(title)) return [];
    told.add(title);
    const source = steps.find((each) => each.title === title);
    const before = source && counterpart(source, earlier);
    return source && before ? changesOf(source, before) : [];
  };
  const before = counterpart(step, earlier);
  return {
    step,
    since: since?.words,
    keyBefore: before?.key,
    isKnown: before !== undefined,
    changes: before ? await changesOf(step, before) : [],
    dependsOn: (step.dependsOn ?? []).map((id) => steps.find((each) => each.id === id)?.title ?? `step ${id}`),
  };
}
