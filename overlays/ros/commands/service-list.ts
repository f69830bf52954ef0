import type { ContainerState } from '../docker/engine.ts';
import type { System } from '../runtime/system.ts';
import { isCreateOnly, label, type Services } from '../services/config.ts';
import { catalogueNames, readDefinition } from '../services/included.ts';
import type { Options } from './config-options.ts';
import type { Verb } from './help.ts';
import { chosen, type Engines, known, scopeOf } from './service-names.ts';

interface Row {
  readonly name: string;
  readonly enabled: boolean;
  readonly scope: string;
  readonly state: string;
  readonly image: string;
  readonly description?: string;
}

export function serviceList(engines: Engines): Readonly<Record<string, Verb>> {
  return {
    list: { taken: { flags: { a: 'all', u: 'update' } }, run: (system, options) => list(system, engines, options) },
    ps: { run: (system, options) => ps(system, engines, options) },
    images: { run: images },
  };
}

/** How containers are, by name; empty for a Docker that does not answer. */
function states(engines: Engines, services: Services): ReadonlyMap<string, ContainerState> {
  const scopes = new Set([...services.values()].map(scopeOf));
  const found = [...scopes].flatMap((scope) =>
    engines[scope].isReady() ? engines[scope].list().map((one) => [`${scope}/${one.name}`, one] as const) : [],
  );
  return new Map(found);
}

function list(system: System, engines: Engines, { flags }: Options): number {
  const { config, services } = known(system);
  const running = states(engines, services);
  const rows: Row[] = [...services].flatMap(([name, service]) => {
    if (isCreateOnly(service) && !service.labels?.['cron.schedule']) return [];
    const scope = scopeOf(service);
    const state = running.get(`${scope}/${name}`)?.state ?? 'not created';
    return [{ name, enabled: true, scope, state, image: service.image, ...describedBy(label(service, 'description')) }];
  });
  const include = config.rancher?.services_include ?? {};
  const others = [...new Set([...catalogueNames(system), ...Object.keys(include).filter((name) => !include[name])])];
  for (const name of flags.has('all') ? others : []) {
    if (services.has(name) || include[name]) continue;
    const own = config.rancher?.services?.[name];
    const definition = own === undefined ? readDefinition(system, config, name).services : { [name]: own };
    // The service that gives a file its name comes first in it.
    const first = Object.values(definition).at(-1) as { image?: string; labels?: Record<string, string> } | undefined;
    const { image = '', labels = {} } = first ?? {};
    const scope = labels['io.rancher.os.scope'] === 'system' ? 'system' : 'user';
    rows.push({
      name,
      enabled: false,
      scope,
      state: 'disabled',
      image,
      ...describedBy(labels['io.rancher.os.description']),
    });
  }
  if (flags.has('json')) {
    system.print(JSON.stringify(rows, undefined, 2));
    return 0;
  }
  const wide = Math.max(...rows.map(({ name }) => name.length), 4);
  for (const { name, enabled, state, description } of rows) {
    const line = `${enabled ? 'enabled ' : 'disabled'} ${name.padEnd(wide)} ${enabled ? state.padEnd(11) : ''.padEnd(11)}`;
    system.print(`${line} ${description ?? ''}`.trimEnd());
  }
  return 0;
}

const describedBy = (description: string | undefined): { description?: string } =>
  description === undefined ? {} : { description };

function ps(system: System, engines: Engines, { words, flags }: Options): number {
  const { services } = known(system);
  const asked = new Map(
    [...chosen(services, words)].filter(([, service]) => words.length > 0 || !isCreateOnly(service)),
  );
  const running = states(engines, asked);
  const rows = [...asked].map(([name, service]) => {
    const found = running.get(`${scopeOf(service)}/${name}`);
    return { name, state: found?.state ?? 'not created', status: found?.status ?? 'not created', image: service.image };
  });
  if (flags.has('json')) system.print(JSON.stringify(rows, undefined, 2));
  else for (const { name, status } of rows) system.print(`${name.padEnd(24)} ${status}`);
  return 0;
}

function images(system: System, { flags }: Options): number {
  const names = [...new Set([...known(system).services.values()].map(({ image }) => image))].sort();
  system.print(flags.has('json') ? JSON.stringify(names, undefined, 2) : names.join('\n'));
  return 0;
}
