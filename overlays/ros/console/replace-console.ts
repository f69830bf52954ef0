import type { Engine } from '../docker/engine.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { Failure, type System } from '../runtime/system.ts';
import type { Services } from '../services/config.ts';
import { containerSpec } from '../services/container.ts';
import { CONSOLE, DEFAULT_CONSOLE, withConsole } from './consoles.ts';

/** Seconds in which a console that cannot run has ended at least once. */
const PROBATION = 10;

/** The services with the console that is configured, or with the default one where that is not known. */
export function configuredConsole(system: System, services: Services, name = DEFAULT_CONSOLE): Services {
  try {
    return withConsole(system, services, name);
  } catch (error) {
    alarm(system, `rancher.console: ${sentenceOf(error)} The default console starts instead.`);
    return services;
  }
}

/** Puts the console of that name in the place of the one that runs, and the default one where it does not stay. */
export function replaceConsole(system: System, engine: Engine, services: Services, name: string): void {
  const changed = withConsole(system, services, name);
  const service = changed.get(CONSOLE);
  if (service === undefined) throw new Failure('the release has no console');
  engine.stop([CONSOLE], 30);
  const problems = [
    ...engine.create([{ name: CONSOLE, spec: containerSpec(changed, CONSOLE, service) }]),
    ...engine.start([CONSOLE]),
  ];
  note(system, `the console is now ${name}`);
  if (problems.length > 0) backToDefault(system, engine, services, `${name} does not start: ${problems.join('; ')}`);
  else watchConsole(system, engine, services, name);
}

/** Looks whether a console that was started stays; the default one takes its place where it does not. */
export function watchConsole(system: System, engine: Engine, services: Services, name: string): void {
  if (name === DEFAULT_CONSOLE) return;
  for (let second = 0; second < PROBATION; second++) {
    system.sleep(1000);
    const trouble = engine.troubleOf(CONSOLE);
    if (trouble === undefined) continue;
    backToDefault(system, engine, services, `${name} ${trouble}`);
    return;
  }
}

function backToDefault(system: System, engine: Engine, services: Services, why: string): void {
  alarm(system, `the console ${why}. The default console takes its place.`);
  const service = services.get(CONSOLE);
  if (service === undefined) return;
  const spec = containerSpec(services, CONSOLE, service);
  const problems = [...engine.create([{ name: CONSOLE, spec }]), ...engine.start([CONSOLE])];
  for (const problem of problems) alarm(system, problem);
}
