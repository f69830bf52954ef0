import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { demandServices } from '../../../pipeline/config/service-definitions.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';

const SYSTEM = 'overlays/system/usr/share/ros/os-config.yml';
const TARGET = 'overlays/site/usr/share/ros/services/site.yml';
const HELLO = 'usr/lib/ros/services/hello';
const SOUND = 'image: "rancher/os-base:${VERSION}", labels: { io.rancher.os.scope: system }';

/** What is said of services of the system, and of a target, each as `line message`. */
async function said(services: readonly string[], ofTarget: readonly string[] = []): Promise<readonly string[]> {
  const project = await mkdtemp(path.join(os.tmpdir(), 'services-'));
  try {
    for (const folder of [path.dirname(SYSTEM), path.dirname(TARGET), path.dirname(`overlays/system/${HELLO}`), path.dirname(`overlays/site/${HELLO}`)])
      await mkdir(path.join(project, folder), { recursive: true });
    await writeFile(path.join(project, `overlays/system/${HELLO}`), '#!/bin/sh\n');
    await chmod(path.join(project, `overlays/system/${HELLO}`), 0o755);
    await writeFile(path.join(project, `overlays/system/${HELLO}-plain`), '#!/bin/sh\n', { mode: 0o644 });
    await writeFile(path.join(project, SYSTEM), ['rancher:', '  services:', `    base: { ${SOUND} }`, ...services.map((line) => `    ${line}`), ''].join('\n'));
    await writeFile(path.join(project, TARGET), `${ofTarget.join('\n') || '{}'}\n`);
    await demandServices(project, ['os-base']);
    return [];
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return error.failures.map(({ place, message }) => `${place?.line} ${message}`);
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

test('services that name what there is are accepted, those of a target with scripts of the system too', async () => {
  assert.deepEqual(
    await said(
      [`a: { ${SOUND}, command: /${HELLO} }`],
      [`b: { image: "rancher/os-site:\${VERSION}", command: [/${HELLO}], volumes_from: [a], labels: { io.rancher.os.scope: system, io.rancher.os.after: a } }`],
    ),
    [],
  );
});

const ROWS: readonly (readonly [title: string, lines: readonly string[], expected: readonly string[]])[] = [
  ['a script that does not exist', [`a: { ${SOUND}, command: /usr/lib/ros/services/helo }`], ['4 There is no script /usr/lib/ros/services/helo.']],
  ['a script that is not executable', [`a: { ${SOUND}, command: /${HELLO}-plain }`], ['undefined This script of a service is not executable.']],
  ['an image that is misspelt', ['a: { image: "rancher/os-bsae:${VERSION}", labels: { io.rancher.os.scope: system } }'], ['4 The release has no image "rancher/os-bsae:${VERSION}".']],
  ['an order that names nobody', [`a: { image: x:1, labels: { io.rancher.os.scope: system, io.rancher.os.after: "base, netwrok" } }`], ['4 There is no service "netwrok".']],
  ['volumes of nobody', [`a: { ${SOUND}, volumes_from: [bsae] }`], ['4 There is no service "bsae".']],
  ['no scope', ['a: { image: x:1 }'], ['4 The service "a" has no label io.rancher.os.scope.']],
  [
    'a circle',
    [
      'a: { image: x:1, labels: { io.rancher.os.scope: system, io.rancher.os.after: b } }',
      'b: { image: x:1, labels: { io.rancher.os.scope: system, io.rancher.os.after: c } }',
      'c: { image: x:1, labels: { io.rancher.os.scope: system, io.rancher.os.after: a } }',
    ],
    ['4 The services "a" after "b" after "c" after "a" wait for each other.'],
  ],
  [
    'a circle by before',
    ['a: { image: x:1, labels: { io.rancher.os.scope: system, io.rancher.os.before: b, io.rancher.os.after: b } }', `b: { ${SOUND} }`],
    ['4 The services "a" after "b" after "a" wait for each other.'],
  ],
];
for (const [title, lines, expected] of ROWS) {
  test(`${title} is refused with its place`, async () => {
    assert.deepEqual(await said(lines), expected);
  });
}
