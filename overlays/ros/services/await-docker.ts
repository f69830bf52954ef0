import type { Engine } from '../docker/engine.ts';
import { alarm } from '../runtime/kernel-log.ts';
import type { System } from '../runtime/system.ts';

/** Seconds after which the wait is reported on the console, and again after each further interval. */
const REMIND = 120;

/**
 * Returns when System Docker answers, however long that takes: on a slow card, or while it puts its storage in order, it is late, and
 * without it the machine has no service and no login at all.
 */
export function awaitSystemDocker(system: System, engine: Engine): void {
  const start = system.now();
  let reminded = start;
  while (!engine.isReady()) {
    system.sleep(100);
    const now = system.now();
    if (now - reminded < REMIND * 1000) continue;
    reminded = now;
    const waited = Math.round((now - start) / 1000);
    alarm(system, `System Docker has not answered for ${waited} seconds; the services start when it does`);
  }
}
