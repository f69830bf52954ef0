import { loadConfig } from '../config/sources.ts';
import { Engine, SYSTEM_DOCKER, USER_DOCKER } from '../docker/engine.ts';
import type { System } from '../runtime/system.ts';
import { preload } from '../services/preload.ts';

/** `ros preload-images`: loads the archives in /var/lib/rancher/preload now instead of at the next start. */
export function preloadImages(system: System): number {
  const { config } = loadConfig(system);
  let status = 0;
  for (const [scope, dockerd] of [
    ['system', SYSTEM_DOCKER],
    ['user', USER_DOCKER],
  ] as const) {
    if (new Engine(system, dockerd).isReady()) preload(system, config, scope);
    else {
      system.complain(`${dockerd.name} does not answer`);
      status = 1;
    }
  }
  return status;
}
