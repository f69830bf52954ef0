import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { GONE_COMMANDS, GONE_PROGRAMS } from '../../../../overlays/ros/commands/of-release-1.ts';
import { schemaRows } from '../../../../overlays/ros/config/describe.ts';
import { GONE_CONSOLES, GONE_SERVICES } from '../../../../overlays/ros/config/gone-names.ts';
import { projectFolder } from '../../../rig/project.ts';

const PAGE = 'overlays/ros/FROM-V1.5.8.md';
const page = readFileSync(join(projectFolder, PAGE), 'utf8');

test('the page for those who come from v1.5.8 names each service and console that is gone', () => {
  const services = Object.keys(GONE_SERVICES).filter((name) => !name.endsWith('-console'));
  assert.deepEqual(
    [...services, ...GONE_CONSOLES].filter((name) => !page.includes(name)),
    [],
  );
});

test('each key that the page calls without effect is marked so, or told by a judgement', () => {
  const [, keys = ''] = /^\| `rancher\.bootstrap_docker`, (.*?) \| without effect/m.exec(page) ?? [];
  const named = [...keys.matchAll(/`([\w.]+)`/g)].map(([, key]) => `rancher.${key}`);
  assert.ok(named.length >= 7, keys);
  const marked = schemaRows().flatMap(({ key, schema }) => (schema.deprecated === true ? [key] : []));
  for (const key of named) assert.ok(marked.includes(key), key);
});

test('what the page says of programs is so', () => {
  for (const [, name = ''] of (/^\| (`respawn`.*?) \|/m.exec(page)?.[1] ?? '').matchAll(/`(?:ros )?([\w-]+)`/g)) assert.ok(name in GONE_COMMANDS || name in GONE_PROGRAMS, name);
});

test('the page is linked from both others, and its links lead somewhere', () => {
  for (const [file, text] of [
    ['README.md', readFileSync(join(projectFolder, 'README.md'), 'utf8')],
    ['overlays/ros/README.md', readFileSync(join(projectFolder, 'overlays/ros/README.md'), 'utf8')],
  ] as const)
    assert.ok(
      [...text.matchAll(/\]\(([^)]*FROM-V1\.5\.8\.md)\)/g)].some(([, link = '']) => join(dirname(file), link) === PAGE),
      file,
    );
  for (const [, link = ''] of page.matchAll(/\]\(([^)]+)\)/g)) assert.ok(existsSync(join(projectFolder, dirname(PAGE), link)), link);
});
