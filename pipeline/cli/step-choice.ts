import { BuildError } from '../core/failure.ts';
import type { PlannedStep } from '../plan/planned-step.ts';
import * as messages from './messages.ts';

/** Steps by title: exactly, else by a part of it; of those that are the same, one. */
export function chosenSteps(steps: readonly PlannedStep[], wanted: string): readonly PlannedStep[] {
  const keys = new Set<string>();
  const distinct = steps.filter(({ sameAs, key }) => {
    if (sameAs !== undefined || (key !== undefined && keys.has(key))) return false;
    if (key !== undefined) keys.add(key);
    return true;
  });
  const exact = distinct.filter(({ title }) => title === wanted);
  const chosen = exact.length > 0 ? exact : distinct.filter(({ title }) => title.includes(wanted));
  if (chosen.length > 0) return chosen;
  throw new BuildError(messages.noSuchStep(wanted));
}
