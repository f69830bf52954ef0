import { harmless } from '../core/harmless.ts';
import type { PlannedStep } from '../plan/planned-step.ts';
import type { ExplainedChange, Explanation } from './explanation.ts';

const STATES: { readonly [state in PlannedStep['state']]: string } = {
  cached: 'its result is in the store',
  run: 'a build would run it',
  waits: 'not known yet',
};

/** An explanation for a person. */
export function explanationText({ step, since, keyBefore, isKnown, changes, dependsOn }: Explanation): string {
  const key = step.key ? `${step.key.slice(7, 23)} (${STATES[step.state]})` : STATES.waits;
  const waits = dependsOn.length > 0 ? [`  depends on the bytes of ${dependsOn.join(', ')}`] : [];
  const lines = [
    `${step.title} (${step.kind})`,
    `  key    ${key}`,
    ...waits,
    ...(step.reason ? [`  ${step.reason}`] : []),
  ];
  if (since === undefined || !isKnown)
    lines.push(
      since === undefined ? '  no build on this store is known that had this step' : `  ${since} had no such step`,
    );
  else if (keyBefore !== undefined && keyBefore === step.key) lines.push(`  same   as in ${since}`);
  else
    lines.push(`  since  ${since}, with the key ${keyBefore?.slice(7, 23) ?? 'not known'}:`, ...changeTree(changes, 4));
  return `${lines.map(harmless).join('\n')}\n`;
}

function changeTree(changes: readonly ExplainedChange[], indent: number): readonly string[] {
  return changes.flatMap(({ lines, because }) => [
    ...lines.map((line) => `${' '.repeat(indent)}${line}`),
    ...changeTree(because, indent + 2),
  ]);
}

/** An explanation for machines. */
export function explanationJson({ step, since, keyBefore, changes, dependsOn }: Explanation): object {
  return { ...step, dependsOn, since: since ?? null, keyBefore: keyBefore ?? null, changes: changes.map(changeJson) };
}

function changeJson({ change, lines, because }: ExplainedChange): object {
  const files = lines.slice(1).map((line) => line.trim());
  return { ...change, ...(files.length > 0 ? { files } : {}), because: because.map(changeJson) };
}
