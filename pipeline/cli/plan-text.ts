import type { Digest } from '../core/digest.ts';
import { harmless } from '../core/harmless.ts';
import type { PlannedStep } from '../plan/planned-step.ts';
import { PLAN_FORMAT } from '../plan/records.ts';
import { formatBytes, formatSeconds } from '../report/format.ts';
import type { LockAge } from './lock-age.ts';
import type { Outlook, Space } from './outlook.ts';
import type { Reasons } from './plan-reasons.ts';

/** A plan, and what stands at its head. */
export interface AboutPlan {
  readonly version: string;
  readonly targets: readonly string[];
  readonly sources: Digest;
  readonly lock: LockAge | undefined;
  readonly outlook: Outlook;
}

/** A plan for a person. */
export function planText({ version, targets, lock, outlook }: AboutPlan, reasons: Reasons): string {
  const { forecast, estimate, executor, remote, store, dist } = outlook;
  const { total, cached, run, waits } = estimate.steps;
  const about = estimate.isMeasured ? 'as measured by earlier builds' : 'a guess: not all of it has run on this store';
  const distinct = forecast.steps.filter(({ sameAs }) => sameAs === undefined);
  const section = (title: string, state: PlannedStep['state']): readonly string[] => {
    const rows = distinct.filter((step) => step.state === state);
    if (rows.length === 0) return [];
    return ['', title, ...rows.map(({ id, title: step }) => `  ${harmless(step)}: ${harmless(reasons.get(id) ?? '')}`)];
  };
  const lines = [
    `${version}: ${targets.join(', ')}`,
    `  steps     ${total}: ${run} to run, ${waits} depend on bytes not known yet, ${cached} cached`,
    `  download  ${estimate.download.files} files, ${formatBytes(estimate.download.bytes)}`,
    `  time      ${run + waits === 0 ? 'nothing to run' : `about ${formatSeconds(estimate.milliseconds)} (${about})`}`,
    `  store     ${spaceText(store)}`,
    `  releases  ${spaceText(dist)}`,
    `  executor  ${executor.words}`,
    ...(remote === undefined ? [] : [`  remote    ${remote}`]),
    `  lock      ${lock ? `of ${lock.date}, ${lock.days} days old` : 'without a date'}`,
    ...section('These run:', 'run'),
    ...section('These run unless the bytes come out as in an earlier build:', 'waits'),
  ];
  return `${lines.join('\n')}\n`;
}

function spaceText({ place, free, needed }: Space): string {
  return `about ${formatBytes(needed)} in ${place} (${formatBytes(free)} free)`;
}

/** A plan for machines. Its `steps` hold all that the keys are made of, so that a later plan can be compared with it. */
export function planDocument({ version, targets, sources, lock, outlook }: AboutPlan, reasons: Reasons): object {
  const { forecast, estimate, executor, remote, store, dist } = outlook;
  return {
    format: PLAN_FORMAT,
    version,
    targets,
    sources,
    totals: estimate.steps,
    download: estimate.download,
    milliseconds: estimate.milliseconds,
    isMeasured: estimate.isMeasured,
    store,
    dist,
    executor: { name: executor.name ?? null, isolated: executor.isolated ?? null, words: executor.words },
    remote: remote ?? null,
    lock: lock ?? null,
    steps: forecast.steps.map((step) => ({
      ...step,
      ...(reasons.has(step.id) ? { reason: reasons.get(step.id) } : {}),
      ...(estimate.costs.has(step.id) ? { milliseconds: estimate.costs.get(step.id)?.milliseconds } : {}),
    })),
  };
}

/** The graph of a plan as Mermaid text. Steps that unpack one package each are counted, not drawn. */
export function planMermaid(steps: readonly PlannedStep[]): string {
  const drawn = steps.filter(({ kind, sameAs }) => kind !== 'unpack-deb' && sameAs === undefined);
  const byOutput = new Map<string, PlannedStep>();
  for (const step of drawn) byOutput.set(step.title, step);
  const lines = drawn.flatMap((step) => {
    const sources = new Set<number>();
    let packages = 0;
    for (const input of [...Object.values(step.inputs), ...(step.image ? [step.image] : [])]) {
      const from = input.from === 'step' ? byOutput.get(input.title) : undefined;
      if (from) sources.add(from.id);
      else if (input.from === 'step' || input.from === 'debian') packages++;
    }
    const count = packages > 0 ? `<br>${packages} packages` : '';
    return [
      `  s${step.id}["${step.title.replaceAll('"', '#quot;')}${count}"]:::${step.state}`,
      ...[...sources].map((id) => `  s${id} --> s${step.id}`),
    ];
  });
  return [
    'flowchart LR',
    '  classDef cached fill:#e6e6e6,stroke:#999,color:#555',
    '  classDef run fill:#ffd9b3,stroke:#b35900,color:#000',
    '  classDef waits fill:#fff3cc,stroke:#b38f00,color:#000',
    ...lines,
    '',
  ].join('\n');
}
