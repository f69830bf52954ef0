import { nearestName } from '../config/nearest-name.ts';
import type { CloudConfig } from '../config/schema.ts';
import { Engine, SYSTEM_DOCKER, USER_DOCKER } from '../docker/engine.ts';
import { alarm } from '../runtime/kernel-log.ts';
import type { System } from '../runtime/system.ts';
import { isSystem, readServices } from '../services/config.ts';

/** Restarts the services that rancher.restart_services names: those that read files which write_files or runcmd have made only now. */
export function restartServices(system: System, config: CloudConfig): void {
  const services = readServices(system);
  const wanted = [...new Set(config.rancher?.restart_services ?? [])];
  for (const name of wanted.filter((each) => !services.has(each))) {
    const near = nearestName(name, services.keys());
    alarm(
      system,
      `rancher.restart_services: there is no service ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
    );
  }
  for (const dockerd of [SYSTEM_DOCKER, USER_DOCKER]) {
    const isHere = (name: string): boolean => {
      const service = services.get(name);
      // The caller runs in the console.
      return service !== undefined && name !== 'console' && isSystem(service) === (dockerd === SYSTEM_DOCKER);
    };
    const names = wanted.filter(isHere);
    if (names.length === 0) continue;
    for (const problem of new Engine(system, dockerd).restart(names))
      alarm(system, `rancher.restart_services: ${problem}`);
  }
}
