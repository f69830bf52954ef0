import type { Engine } from '../docker/engine.ts';
import type { Plan } from './plan.ts';

/** What a start came to. */
export interface Started {
  readonly problems: readonly string[];
  /** Services whose image is not on the machine. */
  readonly lacking: readonly string[];
}

/**
 * Creates and starts containers as planned. What fails is told, and the others start all the same. Those of the names `kept` outlived
 * the restart of the machine and are only started.
 */
export function startAll(engine: Engine, plan: Plan, kept: ReadonlySet<string> = new Set()): Started {
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
    return names.filter((name) => !outcome.lacking.includes(name));
  };
  for (const wave of plan.waves) {
    const created = create(wave);
    problems.push(...engine.start(created));
    problems.push(...engine.waitFor(created.filter((name) => plan.once.has(name))));
  }
  create(plan.idle);
  return { problems, lacking };
}
