import type { CloudConfig } from '../config/schema.ts';
import { Engine, USER_DOCKER } from '../docker/engine.ts';
import { dockerOptions } from '../docker/options.ts';
import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { findServices, isSystem } from './config.ts';
import { fetchMissing, waitUntil } from './later.ts';

/** Services that are not made anew while they run: a login, the network or the user's containers would be lost. */
const WITH_THE_START = ['cloud-init', 'console', 'docker', 'hold', 'network', 'syslog', 'udev'];

/** Seconds until the user's Docker must answer. */
const USER_DOCKER_LIMIT = 120;

/** Starts the services that a configuration adds to the one before it, and makes those anew whose definition changed. */
export function bringServices(system: System, before: CloudConfig, now: CloudConfig): void {
  fetchMissing(system, now);
  const known = findServices(system, before).services;
  const { services, problems } = findServices(system, now);
  const changed = [...services].filter(([name, one]) => JSON.stringify(one) !== JSON.stringify(known.get(name)));
  const names = changed.map(([name]) => name).filter((name) => !WITH_THE_START.includes(name));
  if (changed.length > 0) for (const problem of problems) alarm(system, problem);
  for (const [name] of changed.filter(([name]) => WITH_THE_START.includes(name)))
    alarm(system, `service ${name}: its new definition holds from the next start on`);
  renewDocker(system, before, now);
  const ofScope = (isWanted: boolean) =>
    names.filter((name) => {
      const service = services.get(name);
      return service !== undefined && isSystem(service) === isWanted;
    });
  up(system, ofScope(true));
  if (ofScope(false).length === 0) return;
  const user = new Engine(system, USER_DOCKER);
  if (!waitUntil(system, USER_DOCKER_LIMIT, () => user.isReady()))
    alarm(
      system,
      `the user's Docker does not answer; start its services by “ros service up ${ofScope(false).join(' ')}”`,
    );
  else up(system, ofScope(false));
}

function up(system: System, names: readonly string[]): void {
  if (names.length === 0) return;
  const { stdout } = run(system, ['ros', 'service', 'up', ...names], { withErrors: true });
  for (const line of stdout.split('\n').filter((text) => text.startsWith('ros: '))) alarm(system, line.slice(5));
}

/** Options of the user's Docker hold from its start on; no container is lost for them. */
function renewDocker(system: System, before: CloudConfig, now: CloudConfig): void {
  if (JSON.stringify(dockerOptions(before)) === JSON.stringify(dockerOptions(now))) return;
  const user = new Engine(system, USER_DOCKER);
  const isIdle = user.isReady() && user.list().every(({ state }) => state !== 'running');
  if (isIdle) for (const problem of new Engine(system).restart(['docker'], { maxTime: 60 })) alarm(system, problem);
  else
    alarm(
      system,
      "rancher.docker is other than at the start; it holds when the user's Docker is started again: sudo ros service restart docker",
    );
}
