import { nearestName } from '../config/nearest-name.ts';
import type { CloudConfig } from '../config/schema.ts';
import { loadConfig } from '../config/sources.ts';
import type { Engine } from '../docker/engine.ts';
import { Failure, type System } from '../runtime/system.ts';
import { findServices, isSystem, type Service, type Services } from '../services/config.ts';
import type { Scope } from '../services/start-plan.ts';

export type Engines = Readonly<Record<Scope, Engine>>;

export const scopeOf = (service: Service): Scope => (isSystem(service) ? 'system' : 'user');

/** Services of this machine; problems are written to the standard error. */
export function known(system: System): { readonly config: CloudConfig; readonly services: Services } {
  const { config } = loadConfig(system);
  const { services, problems } = findServices(system, config);
  for (const problem of problems) system.complain(problem);
  return { config, services };
}

/** The services by these names; one that does not exist fails with the nearest name. None: all. */
export function chosen(services: Services, names: readonly string[]): Services {
  if (names.length === 0) return services;
  return new Map(
    names.map((name) => {
      const service = services.get(name);
      if (service !== undefined) return [name, service];
      const near = nearestName(name, services.keys());
      throw new Failure(
        `there is no service ${name}.${near === undefined ? ' “ros service list --all” shows all.' : ` Did you mean ${near}?`}`,
      );
    }),
  );
}

/** Does something for the services of each Docker that has some, and reports errors. */
export function forEach(
  system: System,
  services: Services,
  work: (scope: Scope, names: readonly string[]) => readonly string[],
): number {
  const problems = (['system', 'user'] as const).flatMap((scope) => {
    const names = [...services].flatMap(([name, service]) => (scopeOf(service) === scope ? [name] : []));
    return names.length === 0 ? [] : work(scope, names);
  });
  for (const problem of problems) system.complain(problem);
  return problems.length === 0 ? 0 : 1;
}
