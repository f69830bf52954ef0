import type { CloudConfig } from '../config/schema.ts';
import type { Engine } from '../docker/engine.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Services } from '../services/config.ts';
import { type Wanted, wantedSources } from './catalogue.ts';
import { configDrive } from './configdrive.ts';
import { volumes } from './disk.ts';
import { cidata } from './nocloud.ts';
import { DONE } from './status.ts';

const SERVICE = 'cloud-init';
/** Seconds of the first round of asking, of which the service itself gives up a part that hangs sooner. */
const LIMIT = 150;

/** The services without cloud-init where there is no datasource to ask; other services then wait for nothing. */
export function withoutIdleCloudInit(system: System, config: CloudConfig, services: Services): Services {
  if (!services.has(SERVICE) || needsCloudInit(system, config)) return services;
  run(system, ['mkdir', '-p', '-m', '0700', '/run/ros']);
  system.writeText(DONE, '');
  return new Map([...services].filter(([name]) => name !== SERVICE));
}

/**
 * Services after cloud-init wait for the end of its first round, because a datasource may configure Docker; the service goes on asking afterwards.
 * Where it does not run, nothing waits for it.
 */
export function untilAsked(system: System, engine: Engine): ReadonlyMap<string, () => void> {
  const isAsked = () => system.readText(DONE) !== undefined;
  const runs = () => engine.list().some(({ name, state }) => name === SERVICE && state === 'running');
  const wait = () => {
    const until = system.now() + LIMIT * 1000;
    for (let tries = 1; !isAsked() && system.now() < until; tries += 1) {
      // It is looked for now and then only: a list costs more than a look at a file.
      if (tries % 40 === 0 && !runs()) break;
      system.sleep(50);
    }
    if (!isAsked()) system.writeText(DONE, '');
  };
  return new Map([[SERVICE, wait]]);
}

/** Whether any datasource of the configuration can exist at all. A disk that is not plugged in needs no container that looks for it and no wait. */
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
