import type { Engine } from '../docker/engine.ts';
import type { System } from '../runtime/system.ts';
import { SPEC_LABEL } from './container.ts';
import type { Plan } from './plan.ts';

/** The supervisor starts `ros sysinit` again where it ended before it wrote this. */
const STARTED = '/run/ros/services-started';
const BEGUN = '/run/ros/services-begun';

/** Whether this start of the machine has tried to start its services before; from now on, it has. */
export function beginsAgain(system: System): boolean {
  const again = system.readText(BEGUN) !== undefined;
  system.writeText(BEGUN, '');
  return again;
}

/** All that can be started has been. */
export function markStarted(system: System): void {
  system.writeText(STARTED, '');
}

/** Containers that an earlier try made as planned and that run: somebody may be logged in to one of them. */
export function runningAsPlanned(engine: Engine, { specs }: Plan): readonly string[] {
  return engine.list().flatMap(({ name, state, labels }) => {
    const spec = specs.get(name)?.Labels[SPEC_LABEL];
    return state === 'running' && spec !== undefined && labels[SPEC_LABEL] === spec ? [name] : [];
  });
}
