import type { ContainerState, Engine } from '../docker/engine.ts';
import type { System } from '../runtime/system.ts';
import { SPEC_LABEL } from './container.ts';
import type { Plan } from './start-plan.ts';

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

/** Running containers that an earlier try made as planned: a user may be logged in to one of them. */
export function runningAsPlanned(engine: Engine, plan: Plan): readonly string[] {
  return madeAsPlanned(engine, plan, ({ state }) => state === 'running');
}

/**
 * Containers with the planned definition, from this start or an earlier one. Their own files and anonymous volumes are the user's data, such as a
 * database, and would be lost with the container.
 */
export function madeAsPlanned(
  engine: Engine,
  { specs }: Plan,
  isWanted: (container: ContainerState) => boolean = () => true,
): readonly string[] {
  return engine.list().flatMap((container) => {
    const spec = specs.get(container.name)?.Labels[SPEC_LABEL];
    return spec !== undefined && container.labels[SPEC_LABEL] === spec && isWanted(container) ? [container.name] : [];
  });
}
