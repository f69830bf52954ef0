import { Failure } from '../runtime/system.ts';
import { label, type Service, type Services } from './config.ts';

const names = (service: Service, key: 'after' | 'before'): string[] =>
  (label(service, key) ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/**
 * Groups of services: each group may start as soon as the group before it has been started. What a label names but
 * does not exist orders nothing, as in RancherOS 1, so that a service may stand behind one that is not installed.
 */
export function waves(services: Services): string[][] {
  const after = new Map([...services.keys()].map((name) => [name, new Set<string>()]));
  for (const [name, service] of services) {
    for (const other of names(service, 'after')) if (services.has(other)) after.get(name)?.add(other);
    for (const other of names(service, 'before')) after.get(other)?.add(name);
  }
  const result: string[][] = [];
  const started = new Set<string>();
  while (started.size < services.size) {
    const wave = [...after].filter(([name, needs]) => !started.has(name) && [...needs].every((n) => started.has(n)));
    if (wave.length === 0) {
      const left = [...after.keys()].filter((name) => !started.has(name));
      throw new Failure(`these services wait for each other: ${left.join(', ')}`);
    }
    for (const [name] of wave) started.add(name);
    result.push(wave.map(([name]) => name));
  }
  return result;
}
