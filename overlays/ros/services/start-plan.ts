import type { CloudConfig } from '../config/schema.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import type { System } from '../runtime/system.ts';
import { isSystem, runsOnce, type Services, startsAtBoot } from './config.ts';
import { type ContainerSpec, containerSpec } from './container.ts';
import type { Surroundings } from './environment.ts';
import { networkRemarks } from './network-mode.ts';
import { waves, withAwaited } from './start-order.ts';

/** Containers of one Docker, and the order in which they are started. */
export interface Plan {
  readonly specs: ReadonlyMap<string, ContainerSpec>;
  /** Started one group after the other. */
  readonly waves: readonly (readonly string[])[];
  /** Of them, those that start before all others: the user's Docker and the console, where it waits for nothing that takes its time. */
  readonly first: ReadonlySet<string>;
  /** Of them, those that a user waits for, with their dependencies. */
  readonly urgent: ReadonlySet<string>;
  /** Services after them wait until they have ended. */
  readonly once: ReadonlySet<string>;
  /** Only created, not started. */
  readonly idle: readonly string[];
  readonly problems: readonly string[];
}

export type Scope = 'system' | 'user';

/** A login, from the network too, and the user's Docker: a machine has started when these have. */
const URGENT = ['console', 'docker', 'network'];
const DOCKER = 'docker';
/** Docker runs in its mount namespace. */
const CONSOLE = 'console';

export function surroundings(system: System, config: CloudConfig): Surroundings {
  return { environment: config.rancher?.environment ?? {}, readText: (path) => system.readText(path) };
}

/** Services of one scope, or those of them in `chosen`. One with an invalid definition is reported and left out. */
export function planServices(
  services: Services,
  scope: Scope,
  around: Surroundings,
  chosen?: ReadonlySet<string>,
): Plan {
  const problems: string[] = [];
  const specs = new Map<string, ContainerSpec>();
  const right = new Map(
    [...services].filter(([name, service]) => {
      if (isSystem(service) !== (scope === 'system')) return false;
      if (chosen !== undefined && !chosen.has(name)) return false;
      try {
        specs.set(name, containerSpec(services, name, service, around));
        problems.push(...networkRemarks(name, service));
        return true;
      } catch (error) {
        problems.push(sentenceOf(error));
        return false;
      }
    }),
  );
  const running = new Map([...right].filter(([, service]) => startsAtBoot(service)));
  const once = new Set([...running].flatMap(([name, service]) => (runsOnce(service) ? [name] : [])));
  return {
    specs,
    waves: waves(running, (sentence) => problems.push(sentence)),
    first: dockerAlone(running, once),
    urgent: withAwaited(running, URGENT),
    once,
    idle: [...right.keys()].filter((name) => !running.has(name)),
    problems,
  };
}

/** The user's Docker, its console, and their dependencies; empty where that could delay a login, such as with a datasource. */
function dockerAlone(running: Services, once: ReadonlySet<string>): ReadonlySet<string> {
  const names = withAwaited(running, [DOCKER, CONSOLE]);
  const isQuick = [...names].every(
    (name) => [DOCKER, CONSOLE].includes(name) || !(URGENT.includes(name) || once.has(name)),
  );
  return isQuick && running.has(DOCKER) ? names : new Set();
}
