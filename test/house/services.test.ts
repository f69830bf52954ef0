import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readServiceDefinitions, serviceMistakes } from '../../pipeline/config/service-definitions.ts';
import { systemImages } from '../../pipeline/recipes/system.ts';
import { SERVICES } from '../boot/checks.ts';
import { projectFolder } from '../rig/project.ts';

const CONFIGURATION = 'overlays/system/usr/share/ros/os-config.yml';
const SCRIPTS = 'usr/lib/ros/services/';
/** Services that no boot case needs to find running: a list in test/boot/checks.ts is of those that always run. */
const NOT_ALWAYS = { 'cloud-init': 'runs only where a datasource may exist', hold: 'is looked at by its own cases' };

const definitions = await readServiceDefinitions(projectFolder);

test('definitions of services are seen', () => {
  assert.ok(definitions.length > 20, `only ${definitions.length} definitions were found in ${CONFIGURATION} and overlays/*/usr/share/ros/services`);
});

test('the services of the release name services, images and scripts that there are, and wait in no circle', async () => {
  const found = await serviceMistakes(
    definitions,
    systemImages(undefined).map(({ name }) => name),
  );
  assert.deepEqual(
    found.map(({ place, message }) => `${place?.file}:${place?.line} ${message}`),
    [],
    'mend these places: a build is refused',
  );
});

test('each script of a service is run by a definition', () => {
  const scripts = readdirSync(join(projectFolder, 'overlays'), { recursive: true, encoding: 'utf8' }).filter((file) => file.includes(`/${SCRIPTS}`));
  const run = JSON.stringify(definitions.map(({ service }) => service.command ?? ''));
  const unused = scripts.filter((file) => !run.includes(`/${SCRIPTS}${file.split('/').at(-1)}`)).map((file) => `overlays/${file}`);
  assert.equal(unused.length, 0, `no service runs ${unused.join(', ')}: name it as a command in ${CONFIGURATION} or in overlays/<target>/usr/share/ros/services, or remove it.`);
});

test('a boot asks each service that always runs whether it does', () => {
  const expected = definitions
    .filter(({ file, name, service }) => file === CONFIGURATION && service.labels?.['io.rancher.os.createonly'] !== 'true' && !Object.hasOwn(NOT_ALWAYS, name))
    .map(({ name }) => name);
  const missing = expected.filter((name) => !(SERVICES as readonly string[]).includes(name));
  assert.equal(missing.length, 0, `test/boot/checks.ts: SERVICES lacks ${missing.join(', ')}: add it, and a check of its work to SERVICES_WORK.`);
  const gone = SERVICES.filter((name) => !expected.includes(name));
  assert.equal(gone.length, 0, `test/boot/checks.ts: SERVICES has ${gone.join(', ')}, which ${CONFIGURATION} does not start: remove it.`);
});
