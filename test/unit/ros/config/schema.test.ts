import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeSchema } from '../../../../overlays/ros/config/describe.ts';
import { CLOUD_CONFIG, type CloudConfig, type Network, type ServiceConfig, type WriteFile } from '../../../../overlays/ros/config/schema.ts';
import type { Schema } from '../../../../overlays/ros/config/schema-words.ts';
import { projectFolder } from '../../../rig/project.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Flat<T> = { [K in keyof T]: T[K] };

/** Written by hand: the compiler compares them with what is derived from the schema. */
interface WriteFileByHand {
  readonly path: string;
  readonly content?: string;
  readonly encoding?: '' | 'b64' | 'base64' | 'gz' | 'gzip' | 'gz+b64' | 'gz+base64' | 'gzip+b64' | 'gzip+base64' | 'text/plain';
  readonly owner?: string;
  readonly permissions?: string;
  readonly container?: string;
}

const equal: readonly true[] = [
  true satisfies Same<Flat<WriteFile>, Flat<WriteFileByHand>>,
  true satisfies Same<CloudConfig['hostname'], string | undefined>,
  true satisfies Same<CloudConfig['ssh_authorized_keys'], readonly string[] | undefined>,
  true satisfies Same<CloudConfig['runcmd'], readonly (string | readonly string[])[] | undefined>,
  true satisfies Same<CloudConfig['mounts'], readonly (readonly string[])[] | undefined>,
  true satisfies Same<NonNullable<Network['interfaces']>[string]['mtu'], number | undefined>,
  true satisfies Same<ServiceConfig['command'], string | readonly string[] | undefined>,
  true satisfies Same<ServiceConfig['environment'], { readonly [key: string]: string | null } | readonly string[] | undefined>,
  true satisfies Same<ServiceConfig['cgroup'], 'host' | 'private' | undefined>,
  true satisfies Same<NonNullable<CloudConfig['rancher']>['services_include'], { readonly [key: string]: boolean } | undefined>,
];

test('types derived from the schema are those written by hand', () => {
  assert.equal(equal.length, 10);
});

test('every key says what it is for', () => {
  const silent: string[] = [];
  const walk = (schema: Schema, key: string): void => {
    for (const [name, below] of Object.entries(schema.properties ?? {})) {
      if (!/\.$/.test(below.description ?? '')) silent.push(`${key}.${name}`);
      walk(below, `${key}.${name}`);
    }
    for (const below of [schema.items, schema.additionalProperties]) if (below) walk(below, `${key}[]`);
  };
  walk(CLOUD_CONFIG, '');
  assert.deepEqual(silent, []);
});

test('the table of keys has a row for each, and repeats none', () => {
  const table = describeSchema();
  const rows = table.trim().split('\n').slice(2);
  assert.match(table, /^\| key \| type \| meaning \| default \|\n/);
  assert.ok(rows.includes('| `hostname` | text | Hostname. |  |'));
  assert.ok(rows.includes('| `rancher.shutdown_timeout` | number | Seconds until a shutdown that hangs is forced. | `60` |'));
  assert.match(table, /^\| `rancher\.network\.interfaces\.NAME\.dhcp` \| true or false \| Ask for an address by DHCP\. \| `false` \|$/m);
  assert.match(table, /^\| `write_files\[\]\.permissions` \| text \|/m);
  assert.match(table, /^\| `rancher\.system_docker` \| mapping \| System Docker.* Keys as in `rancher\.docker`\. \|/m);
  assert.match(table, /^\| `rancher\.rm_usr` \| true or false \| \*\*No effect\.\*\*/m);
  const keys = rows.map((row) => row.split(' | ')[0]);
  assert.equal(new Set(keys).size, keys.length);
  for (const row of rows) assert.equal(row.replaceAll('\\|', '').split('|').length, 6, row);
});

test('the page about the configuration has the table of the schema that holds', () => {
  const file = join(projectFolder, 'overlays/ros/README.md');
  const page = readFileSync(file, 'utf8');
  const [words = ''] = page.split('| key | type | meaning | default |');
  const wanted = `${words}${describeSchema()}`;
  if (process.env['UPDATE_PAGES']) writeFileSync(file, wanted);
  assert.equal(page, wanted, 'write it anew: UPDATE_PAGES=1 npm test -- --stage unit --only ros/config/schema');
});
