import { label, type Service, type Services } from './config.ts';

const names = (service: Service, key: 'after' | 'before'): string[] =>
  (label(service, key) ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** Services whose containers must run before this one can start. */
function needed({ links = [], net = '', pid = '', ipc = '' }: Service): string[] {
  const shared = [net, pid, ipc].flatMap((mode) => (mode.startsWith('container:') ? [mode.slice(10)] : []));
  return [...links.map((link) => link.split(':')[0] ?? ''), ...shared];
}

/** For each service, those that are started before it. */
function neededBy(services: Services): ReadonlyMap<string, ReadonlySet<string>> {
  const after = new Map([...services.keys()].map((name) => [name, new Set<string>()]));
  for (const [name, service] of services) {
    for (const other of [...names(service, 'after'), ...needed(service)])
      if (services.has(other)) after.get(name)?.add(other);
    for (const other of names(service, 'before')) after.get(other)?.add(name);
  }
  return after;
}

/** The services of these names, and all that any of them waits for. */
export function withAwaited(services: Services, chosen: readonly string[]): ReadonlySet<string> {
  const after = neededBy(services);
  const there = chosen.filter((name) => services.has(name));
  return new Set(there.flatMap((name) => [name, ...reached(after, name)]));
}

/**
 * Groups of services: each group may start as soon as the group before it has been started. Names in a label that do not exist are ignored, as in
 * RancherOS 1, so that a service may come after one that is not installed. Services that wait for each other are reported and start at the same
 * time; the others keep their order.
 */
export function waves(services: Services, tell: (sentence: string) => void = () => undefined): string[][] {
  const after = neededBy(services);
  const result: string[][] = [];
  const started = new Set<string>();
  while (started.size < services.size) {
    const left = new Map([...after].filter(([name]) => !started.has(name)));
    let wave = [...left].filter(([, needs]) => [...needs].every((n) => started.has(n))).map(([name]) => name);
    if (wave.length === 0) {
      wave = firstCircle(left);
      tell(`these services wait for each other, so their order cannot hold: ${wave.join(', ')}`);
    }
    for (const name of wave) started.add(name);
    result.push(wave);
  }
  return result;
}

/** Of services that cannot start: those that wait only for each other. */
function firstCircle(left: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const circles = [...left.keys()].map((name) => {
    const awaited = reached(left, name);
    return { awaited, circle: [...awaited].filter((other) => reached(left, other).has(name)) };
  });
  return circles.find(({ awaited, circle }) => circle.length > 0 && circle.length === awaited.size)?.circle ?? [];
}

function reached(left: ReadonlyMap<string, ReadonlySet<string>>, from: string): Set<string> {
  const seen = new Set<string>();
  const queue = [from];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const next of left.get(name) ?? []) {
      if (seen.has(next) || !left.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return seen;
}
