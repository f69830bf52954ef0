import { Engine } from '../docker/engine.ts';
import { Failure, type System } from '../runtime/system.ts';
import { isCreateOnly, readServices } from '../services/config.ts';

/** `ros service list`: what there is. `ros service ps`: how it is. */
export function service(system: System, [verb]: readonly string[]): number {
  const services = [...readServices(system)].filter(([, one]) => !isCreateOnly(one)).map(([name]) => name);
  if (verb === 'list') {
    for (const name of services) system.print(name);
    return 0;
  }
  if (verb === 'ps') {
    const states = new Map(new Engine(system).list().map((state) => [state.name, state]));
    for (const name of services) system.print(`${name.padEnd(24)} ${states.get(name)?.status ?? 'not created'}`);
    return 0;
  }
  throw new Failure('service: use `ros service list` or `ros service ps`');
}
