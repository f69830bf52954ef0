import type { Engine } from '../docker/engine.ts';
import type { Fill } from './given-files.ts';
import type { Plan } from './plan.ts';

/** What a start came to. */
export interface Started {
  readonly problems: readonly string[];
  /** Services whose image is not on the machine. */
  readonly lacking: readonly string[];
}

/**
 * Creates and starts containers as planned. What fails is told, and the others start all the same. Those of the names `kept` outlived
 * the restart of the machine and are only started. `fill` puts files into containers that do not run yet.
 */
export function startAll(
  engine: Engine,
  plan: Plan,
  { kept = new Set(), fill }: { readonly kept?: ReadonlySet<string>; readonly fill?: Fill } = {},
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
    const made = names.filter((name) => !outcome.lacking.includes(name));
    problems.push(...(fill?.(engine, made) ?? []));
    return made;
  };
  for (const wave of plan.waves) {
    const created = create(wave);
    problems.push(...engine.start(created));
    problems.push(...engine.waitFor(created.filter((name) => plan.once.has(name))));
  }
  create(plan.idle);
  return { problems, lacking };
}
