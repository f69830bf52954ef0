import type { CloudConfig } from '../config/schema.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Services } from '../services/config.ts';
import { configDrive } from './configdrive.ts';
import { volumes } from './disk.ts';
import { type Wanted, wantedSources } from './list.ts';
import { cidata } from './nocloud.ts';
import { DONE } from './status.ts';

const SERVICE = 'cloud-init';

/** Without the service that asks datasources where there are none to ask: who waits for it, waits for nothing then. */
export function withoutIdleCloudInit(system: System, config: CloudConfig, services: Services): Services {
  if (!services.has(SERVICE) || needsCloudInit(system, config)) return services;
  run(system, ['mkdir', '-p', '-m', '0700', '/run/ros']);
  system.writeText(DONE, '');
  return new Map([...services].filter(([name]) => name !== SERVICE));
}

/**
 * Whether any datasource of the configuration can be there at all. A disk that is not plugged in needs no container that looks
 * for it, and nobody has to wait for one.
 */
export function needsCloudInit(system: System, config: CloudConfig): boolean {
  const { wanted, problems } = wantedSources(system, config);
  if (wanted.length === 0) return problems.length > 0;
  if (wanted.some(({ source }) => source.needs !== 'disk')) return true;
  if (wanted.some((each) => hasFolder(system, each))) return true;
  const there = volumes(system);
  return configDrive(system, there) !== undefined || cidata(there) !== undefined;
}

function hasFolder(system: System, { argument }: Wanted): boolean {
  return (
    argument !== undefined &&
    run(system, ['sh', '-c', 'cd "$1" 2>/dev/null && [ -n "$(ls -A)" ]', 'ros', argument]).status === 0
  );
}
