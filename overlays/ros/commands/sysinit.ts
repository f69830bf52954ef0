import { loadConfig } from '../config/sources.ts';
import { configuredConsole, watchConsole } from '../console/replace-console.ts';
import { withoutIdleCloudInit } from '../datasources/need.ts';
import { Engine } from '../docker/engine.ts';
import { confirmStart } from '../install/boot-slot.ts';
import { note } from '../runtime/kernel-log.ts';
import type { System } from '../runtime/system.ts';
import { isCreateOnly, isSystem, readServices, runningVersion, runsOnce } from '../services/config.ts';
import { containerSpec } from '../services/container.ts';
import { waves } from '../services/order.ts';

/** Starts the system's services. A service that fails is named, and the others start all the same. */
export function sysinit(system: System): number {
  const usual = readServices(system);
  const { config } = loadConfig(system);
  const console = config.rancher?.console;
  const all = configuredConsole(system, usual, console);
  const services = withoutIdleCloudInit(system, config, new Map([...all].filter(([, service]) => isSystem(service))));
  const specs = new Map([...services].map(([name, service]) => [name, containerSpec(services, name, service)]));
  const engine = new Engine(system);
  engine.waitUntilReady(120);
  note(system, 'System Docker is ready');

  const problems: string[] = [];
  const create = (names: readonly string[]) =>
    problems.push(
      ...engine.create(
        names.flatMap((name) => {
          const spec = specs.get(name);
          return spec === undefined ? [] : [{ name, spec }];
        }),
      ),
    );
  const runs = new Map([...services].filter(([, service]) => !isCreateOnly(service)));
  for (const wave of waves(runs)) {
    create(wave);
    problems.push(...engine.start(wave));
    problems.push(
      ...engine.waitFor(
        wave.filter((name) => {
          const service = runs.get(name);
          return service !== undefined && runsOnce(service);
        }),
      ),
    );
  }
  // Only there so that others can say `volumes_from`; nobody waits for them.
  create([...services.keys()].filter((name) => !runs.has(name)));

  for (const problem of problems) system.complain(problem);
  if (all !== usual) watchConsole(system, engine, usual, console ?? '');
  note(system, `RancherOS ${runningVersion(system)} started`);
  confirmStart(system);
  return problems.length === 0 ? 0 : 1;
}
