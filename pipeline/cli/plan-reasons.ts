import { counterpart, type KeyChange, keyChanges } from '../plan/difference.ts';
import type { PlannedStep } from '../plan/planned-step.ts';
import { tarDifference } from '../plan/tar-difference.ts';
import type { Wiring } from './wire.ts';

/** Why a step runs, by its id, in words. */
export type Reasons = ReadonlyMap<number, string>;

/** Compares the steps that run with those of the last builds that this store remembers. */
export async function explainRuns(steps: readonly PlannedStep[], wiring: Wiring): Promise<Reasons> {
  const titles = new Map(steps.map(({ id, title }) => [id, title]));
  const reasons = new Map<number, string>();
  const runs = steps.filter(({ state, sameAs }) => state === 'run' && sameAs === undefined);
  const titlesToFind = new Set(runs.map(({ title }) => title));
  const last = await wiring.records.newest((record) => record.steps.some(({ title }) => titlesToFind.has(title)));
  for (const step of runs) {
    const before = last && counterpart(step, last.record.steps);
    if (step.reason !== undefined) reasons.set(step.id, step.reason);
    else if (!before) reasons.set(step.id, 'no build on this store is known that had it');
    else reasons.set(step.id, (await changeLines(keyChanges(before, step), wiring)).flat().join('; '));
  }
  for (const { id, state, dependsOn } of steps)
    if (state === 'waits') reasons.set(id, `depends on the bytes of ${titlesOf(dependsOn ?? [], titles)}`);
  return reasons;
}

const NAMED = 3;

/** The titles of some steps; of many the first. */
function titlesOf(ids: readonly number[], titles: ReadonlyMap<number, string>): string {
  const names = [...new Set(ids.map((id) => titles.get(id) ?? `step ${id}`))];
  const more = names.length > NAMED ? ` and of ${names.length - NAMED} more steps` : '';
  return `${names.slice(0, NAMED).join(', ')}${more}`;
}

const SHOWN_MEMBERS = 8;

/** Each change as its line, and below it the files in which two trees differ, where both are in the store. */
export async function changeLines(
  changes: readonly KeyChange[],
  { store }: Pick<Wiring, 'store'>,
): Promise<readonly (readonly string[])[]> {
  return Promise.all(
    changes.map(async (change) => {
      const [was, is] = change.digests ?? [];
      if (change.what !== 'file' || !was || !is || !(await store.has(was)) || !(await store.has(is)))
        return [changeText(change)];
      const members = await tarDifference(store.pathOf(was), store.pathOf(is)).catch(() => []);
      const more = members.length > SHOWN_MEMBERS ? [`  and ${members.length - SHOWN_MEMBERS} more`] : [];
      return [changeText(change), ...members.slice(0, SHOWN_MEMBERS).map((member) => `  ${member}`), ...more];
    }),
  );
}

const WORDS: { readonly [what in KeyChange['what']]: string } = {
  package: 'package',
  file: 'files of the repository,',
  download: 'download',
  bytes: 'bytes of',
  'tool-image': 'tool image,',
  'writer-code': 'code of the writer',
  option: 'option',
  command: 'program',
  epoch: 'timestamp,',
  outputs: 'outputs,',
};

/** A change in one line: what, and its old and new value. */
function changeText(change: KeyChange): string {
  const head = `${WORDS[change.what]} ${change.name}`;
  if (change.isUnknown) return `depends on the bytes of ${change.step}, which has not run`;
  if (change.before === undefined) return `${head}: new, ${short(change.after)}`;
  if (change.after === undefined) return `${head}: no longer there, was ${short(change.before)}`;
  const [was, is] = change.digests ?? [];
  const bytes = change.before === change.after && was && is ? ` (${short(was)} → ${short(is)})` : '';
  return `${head}: ${short(change.before)} → ${short(change.after)}${bytes}`;
}

/** A digest by its first digits. */
function short(value: string | undefined): string {
  return value === undefined ? 'unknown' : value.replace(/^sha256:([0-9a-f]{12})[0-9a-f]{52}$/, '$1');
}
