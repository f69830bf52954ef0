import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { SERVICES } from '../boot/checks.ts';
import { projectFolder } from '../rig/project.ts';

const CONFIGURATION = 'overlays/system/usr/share/ros/os-config.yml';
const SCRIPTS = 'usr/lib/ros/services/';
/** Services that no boot case needs to find running: a list in test/boot/checks.ts is of those that always run. */
const NOT_ALWAYS = { 'cloud-init': 'runs only where a datasource may exist', hold: 'is looked at by its own cases' };

interface Service {
  readonly command?: string | readonly string[];
  readonly volumes_from?: readonly string[];
  readonly labels?: { readonly [name: string]: string };
}

interface Definition {
  /** The file that has it, and its overlay. */
  readonly file: string;
  readonly overlay: string;
  readonly name: string;
  readonly service: Service;
}

const label = ({ labels }: Service, name: string): string => labels?.[`io.rancher.os.${name}`] ?? '';

function definitionsOf(file: string, services: { readonly [name: string]: Service }): readonly Definition[] {
  const [, overlay = ''] = /^overlays\/([\w-]+)\//.exec(file) ?? [];
  return Object.entries(services).map(([name, service]) => ({ file, overlay, name, service }));
}

function readDefinitions(): readonly Definition[] {
  const release = parse(readFileSync(join(projectFolder, CONFIGURATION), 'utf8')) as { readonly rancher: { readonly services: { readonly [name: string]: Service } } };
  const others = readdirSync(join(projectFolder, 'overlays'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\/usr\/share\/ros\/services\/[\w-]+\.yml$/.test(file))
    .sort()
    .map((file) => `overlays/${file}`);
  return [
    ...definitionsOf(CONFIGURATION, release.rancher.services),
    ...others.flatMap((file) => definitionsOf(file, parse(readFileSync(join(projectFolder, file), 'utf8')) as { readonly [name: string]: Service })),
  ];
}

const definitions = readDefinitions();
const known = new Set(definitions.map(({ name }) => name));

/** What a definition names that there is not, each as a sentence with place and next step. */
function mistakes({ file, overlay, name, service }: Definition): readonly string[] {
  const place = `${file}: the service ${name}`;
  const order = ['after', 'before'].flatMap((word) =>
    label(service, word)
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '' && !known.has(each))
      .map((each) => `${place} has "${each}" in io.rancher.os.${word}, and there is no such service: it would order nothing. Name one of ${[...known].join(', ')}.`),
  );
  const volumes = (service.volumes_from ?? []).filter((each) => !known.has(each)).map((each) => `${place} takes volumes_from "${each}", and there is no such service: name one of ${CONFIGURATION}.`);
  const scope = label(service, 'scope') === '' ? [`${place} has no io.rancher.os.scope: say system (or user, for a container of the user's Docker).`] : [];
  const [program = ''] = typeof service.command === 'string' ? service.command.split(' ') : (service.command ?? []);
  const script = program.startsWith(`/${SCRIPTS}`) ? scriptMistake(place, overlay, program.slice(SCRIPTS.length + 1)) : [];
  return [...order, ...volumes, ...scope, ...script];
}

/** A target's own service may use a script of the system. */
function scriptMistake(place: string, overlay: string, script: string): readonly string[] {
  const candidates = [...new Set([overlay, 'system'])].map((each) => `overlays/${each}/${SCRIPTS}${script}`);
  const found = candidates.map((each) => ({ each, status: statSync(join(projectFolder, each), { throwIfNoEntry: false }) })).find(({ status }) => status !== undefined);
  if (found?.status === undefined) return [`${place} runs /${SCRIPTS}${script}, and there is no ${candidates[0]}: write it.`];
  return (found.status.mode & 0o111) === 0 ? [`${found.each} is not executable: chmod +x ${found.each}`] : [];
}

test('definitions of services are seen', () => {
  assert.ok(definitions.length > 20, `only ${definitions.length} definitions were found in ${CONFIGURATION} and overlays/*/usr/share/ros/services`);
});

for (const definition of definitions) {
  test(`the service ${definition.name} of ${definition.file} names services and scripts that there are`, () => {
    const found = mistakes(definition);
    assert.equal(found.length, 0, found.join('\n'));
  });
}

test('each script of a service is run by a definition', () => {
  const scripts = readdirSync(join(projectFolder, 'overlays'), { recursive: true, encoding: 'utf8' }).filter((file) => file.includes(`/${SCRIPTS}`));
  const run = JSON.stringify(definitions.map(({ service }) => service.command ?? ''));
  const unused = scripts.filter((file) => !run.includes(`/${SCRIPTS}${file.split('/').at(-1)}`)).map((file) => `overlays/${file}`);
  assert.equal(unused.length, 0, `no service runs ${unused.join(', ')}: name it as a command in ${CONFIGURATION} or in overlays/<target>/usr/share/ros/services, or remove it.`);
});

test('a boot asks each service that always runs whether it does', () => {
  const expected = definitions.filter(({ file, name, service }) => file === CONFIGURATION && label(service, 'createonly') !== 'true' && !Object.hasOwn(NOT_ALWAYS, name)).map(({ name }) => name);
  const missing = expected.filter((name) => !(SERVICES as readonly string[]).includes(name));
  assert.equal(missing.length, 0, `test/boot/checks.ts: SERVICES lacks ${missing.join(', ')}: add it, and a check of its work to SERVICES_WORK.`);
  const gone = SERVICES.filter((name) => !expected.includes(name));
  assert.equal(gone.length, 0, `test/boot/checks.ts: SERVICES has ${gone.join(', ')}, which ${CONFIGURATION} does not start: remove it.`);
});

test('a definition that names what there is not is told each name with its place', () => {
  const service: Service = { command: '/usr/lib/ros/services/nothing', volumes_from: ['system-volums'], labels: { 'io.rancher.os.after': 'consle, network' } };
  const found = mistakes({ file: CONFIGURATION, overlay: 'system', name: 'tick', service });
  const told = found.map((sentence) => /consle|system-volums|io\.rancher\.os\.scope|overlays\/system\/usr\/lib\/ros\/services\/nothing/.exec(sentence)?.[0]);
  assert.deepEqual(told, ['consle', 'system-volums', 'io.rancher.os.scope', 'overlays/system/usr/lib/ros/services/nothing'], 'each missing name must be told');
});
