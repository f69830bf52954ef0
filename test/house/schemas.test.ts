import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { CLOUD_CONFIG } from '../../overlays/ros/config/schema.ts';
import { ACKNOWLEDGEMENTS_SCHEMA } from '../../pipeline/pins/acknowledgements.ts';
import { PACKAGES_SCHEMA } from '../../pipeline/pins/request.ts';
import { PRODUCT_SCHEMA } from '../../pipeline/product/product-file.ts';
import { projectFolder } from '../rig/project.ts';
import { holdPage } from './page.ts';

interface Shipped {
  /** The JSON Schema, for editors. */
  readonly file: string;
  readonly title: string;
  readonly schema: object;
  /** A file that it must accept. */
  readonly example: string;
  /** Whether the example names the schema: what ships in an image does not. */
  readonly isNamed: boolean;
}

/** A cloud-config's texts may be written without quotes: the machine takes a number or a truth value as its letters. */
function withPlainTexts(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withPlainTexts);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, withPlainTexts(value)] as const);
  const isText = (schema as { readonly type?: unknown }).type === 'string';
  return Object.fromEntries(isText ? entries.map(([key, value]) => [key, key === 'type' ? ['string', 'number', 'boolean'] : value]) : entries);
}

const SHIPPED: readonly Shipped[] = [
  { file: 'targets/packages.schema.json', title: 'targets/packages.yaml', schema: PACKAGES_SCHEMA, example: 'targets/packages.yaml', isNamed: true },
  { file: 'pipeline/product/rancheros.schema.json', title: 'rancheros.yaml', schema: PRODUCT_SCHEMA, example: 'test/project-example/rancheros.yaml', isNamed: true },
  { file: 'targets/scripts.schema.json', title: 'targets/scripts.yaml', schema: ACKNOWLEDGEMENTS_SCHEMA, example: 'targets/scripts.yaml', isNamed: true },
  {
    file: 'overlays/ros/cloud-config.schema.json',
    title: 'cloud-config of RancherOS',
    schema: withPlainTexts(CLOUD_CONFIG) as object,
    example: 'overlays/system/usr/share/ros/os-config.yml',
    isNamed: false,
  },
];

for (const { file, title, schema, example, isNamed } of SHIPPED) {
  test(`${file} is the schema that the pipeline checks by`, () => {
    const text = `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...schema, title }, undefined, 2)}\n`;
    holdPage(file, () => text, '');
  });

  test(`${example} fits ${file}${isNamed ? ', and tells editors of it' : ''}`, () => {
    const text = readFileSync(join(projectFolder, example), 'utf8');
    const validate = new Ajv({ strict: false }).compile(schema);
    assert.equal(validate(parse(text)), true, `${example}: ${JSON.stringify(validate.errors)}`);
    const line = `# yaml-language-server: $schema=${relative(dirname(example), file)}\n`;
    if (isNamed) assert.ok(text.startsWith(line), `${example} must begin with "${line.trimEnd()}"`);
  });
}
