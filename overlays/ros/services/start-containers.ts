import type { Engine } from '../docker/engine.ts';
import type { Fill } from './container-files.ts';
import type { Plan } from './start-plan.ts';

/** Outcome of a start. */
export interface Started {
  readonly problems: readonly string[];
  /** Services whose image is missing on the machine. */
  readonly lacking: readonly string[];
}

/** Settings of a start of the machine. */
export interface BootStart {
  /** Names of containers that outlived the restart of the machine; they are only started. */
  readonly kept?: ReadonlySet<string>;
  /** Puts files into containers that do not run yet. */
  readonly fill?: Fill;
  /** Services that keep running after the work that others wait for, each with that wait. */
  readonly awaited?: ReadonlyMap<string, () => void>;
  /** Called when the first services have been started, and again after the urgent ones; the others start when it returns. */
  readonly pause?: (after: 'first' | 'urgent') => void;
}

/** Creates and starts containers as planned. Errors are reported, and the others start. */
export function startAll(
  engine: Engine,
  plan: Plan,
  { kept = new Set(), fill, awaited, pause }: BootStart = {},
): Started {
  const problems = [...plan.problems];
  const lacking: string[] = [];
  const create = (names: readonly string[]): readonly string[] => {
    const outcome = engine.createIfThere(
      names.flatMap((name) => {
        const spec = plan.specs.get(name);
        return spec === undefined || kept.has(name) ? [] : [{ name, spec }];
      }),
    );
    problems.push(...outcome.problems);
    lacking.push(...outcome.lacking);
    const made = names.filter((name) => ![...outcome.lacking, ...outcome.strange].includes(name));
    problems.push(...(fill?.(engine, made) ?? []));
    return made;
  };
  const take = (waves: readonly (readonly string[])[]): void => {
    for (const wave of waves.filter((names) => names.length > 0)) {
      const created = create(wave);
      problems.push(...engine.start(created));
      problems.push(...engine.waitFor(created.filter((name) => plan.once.has(name))));
      for (const name of wave) awaited?.get(name)?.();
    }
  };
  const part = (has: (name: string) => boolean) => plan.waves.map((wave) => wave.filter(has));
  if (pause === undefined) take(plan.waves);
  else {
    take(part((name) => plan.first.has(name)));
    if (plan.first.size > 0) pause('first');
    take(part((name) => plan.urgent.has(name) && !plan.first.has(name)));
    pause('urgent');
    take(part((name) => !plan.urgent.has(name)));
  }
  create(plan.idle);
  return { problems, lacking };
}
