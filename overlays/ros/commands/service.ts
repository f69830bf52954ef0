import { Engine, SYSTEM_DOCKER, USER_DOCKER } from '../docker/engine.ts';
import type { System } from '../runtime/system.ts';
import { runVerb } from './help.ts';
import { serviceContainers } from './service-containers.ts';
import { serviceList } from './service-list.ts';
import { serviceSwitch } from './service-switch.ts';

const USAGE = `usage: ros service COMMAND [NAME...]

  list              services that are switched on, and how they are (-a, --all: the catalogue too)
  enable NAME       starts a service of the catalogue, the path of a file, or a URL with every start; see “up”
  disable NAME      not any more (a service of the release too)
  delete NAME       takes it out of the configuration, and removes its containers
  up [NAME...]      creates and starts it (--force-recreate: anew; --no-recreate: as it is)
  create NAME       only creates it
  start|stop|restart|kill NAME   (stop and restart: -t SECONDS; kill: -s SIGNAL)
  rm NAME           removes its container (-f: although it runs; -v: its volumes too)
  logs NAME         what it wrote (-n, --lines N: the last N lines, 100 where it is not said; -f: go on)
  ps [NAME...]      how the containers are
  pull [NAME...]    pulls the images that come over the network
  images            the images of all services

--json: list, ps and images as JSON.`;

const GONE = {
  build: 'service build is gone: build an image with docker, and name it in the definition.',
};

/** `ros service`, the alias `ros s`: services of both Dockers. */
export function service(system: System, args: readonly string[]): number {
  const engines = { system: new Engine(system, SYSTEM_DOCKER), user: new Engine(system, USER_DOCKER) };
  const verbs = { ...serviceList(engines), ...serviceSwitch(engines), ...serviceContainers(engines) };
  return runVerb(
    system,
    { name: 'service', usage: USAGE, verbs, aliases: { ls: 'list', remove: 'rm' }, gone: GONE },
    args,
  );
}
