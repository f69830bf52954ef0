import type { StopLimit } from '../docker/engine.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { onTerminal } from '../runtime/terminal.ts';
import { isCreateOnly, type Services } from '../services/config.ts';
import { SPEC_LABEL } from '../services/container.ts';
import { fillWith } from '../services/container-files.ts';
import { writeCrontab } from '../services/cron.ts';
import { startAll } from '../services/start-containers.ts';
import { planServices, surroundings } from '../services/start-plan.ts';
import { type Options, UsageError } from './config-options.ts';
import type { Verb } from './help.ts';
import { chosen, type Engines, forEach, known, scopeOf } from './service-names.ts';
import { comesFromOutside } from './service-switch.ts';

/** Its own container would be replaced by a command that runs in it. */
const NEVER_ANEW = ['console', 'hold'];

export function serviceContainers(engines: Engines): Readonly<Record<string, Verb>> {
  const named = (options: Options, system: System): Services => {
    if (options.words.length === 0) throw new UsageError('it takes the name of a service.');
    return chosen(known(system).services, options.words);
  };
  const recreate = { flags: { 1: 'force-recreate', 2: 'no-recreate', d: 'detach', 3: 'foreground' } };
  return {
    up: { taken: recreate, run: (system, options) => up(system, engines, options, true) },
    create: { taken: recreate, run: (system, options) => up(system, engines, options, false) },
    start: {
      run: (system, options) => forEach(system, named(options, system), (scope, names) => engines[scope].start(names)),
    },
    stop: {
      taken: { values: { t: 'timeout' } },
      run: (system, options) =>
        forEach(system, named(options, system), (scope, names) => engines[scope].stop(names, () => stopLimit(options))),
    },
    restart: {
      taken: { values: { t: 'timeout' } },
      run: (system, options) =>
        forEach(system, named(options, system), (scope, names) => engines[scope].restart(names, stopLimit(options))),
    },
    kill: {
      taken: { values: { s: 'signal' } },
      run: (system, options) =>
        forEach(system, named(options, system), (scope, names) =>
          engines[scope].kill(names, options.values.get('signal') ?? 'SIGKILL'),
        ),
    },
    rm: {
      taken: { flags: { f: 'force', v: 'volumes' } },
      run: (system, options) =>
        forEach(system, named(options, system), (scope, names) =>
          engines[scope].remove(names, options.flags.has('force'), options.flags.has('volumes')),
        ),
    },
    logs: {
      taken: { flags: { f: 'follow' }, values: { n: 'lines' } },
      run: (system, options) => logs(system, engines, options, named(options, system)),
    },
    pull: { run: (system, options) => pull(system, engines, options) },
  };
}

/** How long containers may take to end: as long as each names, or as long as was said. */
function stopLimit({ values }: Options): StopLimit {
  const text = values.get('timeout');
  if (text === undefined) return {};
  if (!/^\d+$/.test(text)) throw new UsageError('-t takes seconds.');
  const seconds = Number(text);
  return { seconds, maxTime: seconds + 30 };
}

function up(system: System, engines: Engines, options: Options, start: boolean): number {
  const { config, services } = known(system);
  const asked = chosen(services, options.words);
  const fill = fillWith(system, () => config);
  const status = forEach(system, asked, (scope, names) => {
    const plan = planServices(services, scope, surroundings(system, config), new Set(names));
    const there = new Map(engines[scope].list().map((one) => [one.name, one]));
    const isKept = (name: string): boolean => {
      const one = there.get(name);
      if (one === undefined) return false;
      if (NEVER_ANEW.includes(name) || options.flags.has('no-recreate')) return true;
      if (options.flags.has('force-recreate')) return options.words.length === 0 && scope === 'system';
      return one.labels[SPEC_LABEL] === plan.specs.get(name)?.Labels[SPEC_LABEL];
    };
    const kept = names.filter((name) => plan.specs.has(name) && isKept(name));
    const fresh = new Map([...plan.specs].filter(([name]) => !kept.includes(name)));
    const without = (list: readonly string[]) => list.filter((name) => !kept.includes(name));
    const waves = plan.waves.map(without);
    const made = start
      ? { ...plan, specs: fresh, waves, idle: without(plan.idle) }
      : { ...plan, specs: fresh, waves: [], idle: [...fresh.keys()] };
    const problems = start ? engines[scope].start(kept.filter((name) => plan.waves.flat().includes(name))) : [];
    const first = startAll(engines[scope], made, { fill });
    problems.push(...first.problems);
    for (const name of first.lacking) {
      const problem = engines[scope].pull(plan.specs.get(name)?.Image ?? '');
      if (problem !== undefined) problems.push(`service ${name}: ${problem}`);
      else {
        const one = planServices(services, scope, surroundings(system, config), new Set([name]));
        const again = start ? one : { ...one, waves: [], idle: [name] };
        problems.push(...startAll(engines[scope], again, { fill }).problems);
      }
    }
    return problems;
  });
  writeCrontab(system, services);
  return status;
}

function logs(system: System, engines: Engines, { flags, values }: Options, services: Services): number {
  const lines = values.get('lines') ?? '100';
  if (!/^(\d+|all)$/.test(lines)) throw new UsageError('--lines takes a number, or all.');
  const [[name, service] = [], ...further] = services;
  if (name === undefined || service === undefined) return 0;
  const client = ['docker', '--host', `unix://${engines[scopeOf(service)].dockerd.socket}`, 'logs', '--tail', lines];
  if (flags.has('follow')) {
    if (further.length > 0) throw new UsageError('-f takes one service.');
    return onTerminal(system, [...client, '--follow', name]);
  }
  let status = 0;
  for (const one of services.keys()) {
    const socket = services.get(one);
    if (socket === undefined) continue;
    const host = `unix://${engines[scopeOf(socket)].dockerd.socket}`;
    const found = run(system, ['docker', '--host', host, 'logs', '--tail', lines, one], { withErrors: true });
    if (found.status !== 0) status = 1;
    const text = found.stdout.replace(/\n$/, '');
    if (services.size > 1) for (const line of text.split('\n')) system.print(`${one.padEnd(16)} | ${line}`);
    else if (text !== '') system.print(text);
  }
  return status;
}

function pull(system: System, engines: Engines, { words }: Options): number {
  const asked = new Map([...chosen(known(system).services, words)].filter(([, one]) => !isCreateOnly(one)));
  const outside = new Map([...asked].filter(([, service]) => comesFromOutside(service)));
  if (outside.size === 0 && words.length > 0) throw new Failure('the images of these services are part of the release');
  return forEach(system, outside, (scope, names) =>
    names.flatMap((name) => {
      const image = asked.get(name)?.image ?? '';
      system.print(`pulling ${image}`);
      const problem = engines[scope].pull(image);
      return problem === undefined ? [] : [`service ${name}: ${problem}`];
    }),
  );
}
