import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { FromSchema } from 'json-schema-to-ts';
import { loadYaml, type YamlFile } from '../config/yaml-file.ts';
import { BuildError } from '../core/failure.ts';
import * as messages from './messages.ts';

/** What a project's file is called. */
export const PRODUCT_FILE = 'rancheros.yaml';

/** A path below the directory of `rancheros.yaml`: a release is made of what lies there, and is the same wherever that is. */
const PATH = {
  type: 'string',
  pattern: '^(?!\\.?/?$)(?!(.*/)?\\.\\.(/|$))[^/\\\\][^\\\\]*$',
  description: 'a path below the directory of rancheros.yaml, such as overlay',
} as const;
const PACKAGES = {
  type: 'array',
  uniqueItems: true,
  items: {
    type: 'string',
    pattern: '^[a-z0-9][a-z0-9+.-]+( \\[(amd64|arm64)\\])?$',
    description: 'a package name, or one for one architecture such as "open-vm-tools [amd64]"',
  },
} as const;
const MODULES = {
  type: 'array',
  uniqueItems: true,
  items: {
    type: 'string',
    pattern: '^[^\\s!]+( \\[(amd64|arm64)\\])?$',
    description: 'a module name, a path or a glob',
  },
} as const;

/** The shape of `rancheros.yaml`. */
export const PRODUCT_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  description: 'a mapping, such as "name: Acme OS"',
  properties: {
    name: {
      type: 'string',
      pattern: '^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,62}$',
      description: 'a name of up to 63 letters, digits, blanks, dots, dashes, underscores and plus signs',
    },
    version: {
      type: 'string',
      pattern: '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)$',
      description: 'a version such as "2.1.0"',
    },
    releaseUrl: {
      type: 'string',
      pattern: '^https?://[^\\s$]*[^\\s$/]$',
      description: 'an address without a slash at its end, such as https://example.org/os',
    },
    packages: PACKAGES,
    withoutPackages: PACKAGES,
    overlays: { type: 'array', uniqueItems: true, items: PATH },
    services: { type: 'array', uniqueItems: true, items: PATH },
    cloudConfig: PATH,
    kernelArguments: {
      type: 'array',
      uniqueItems: true,
      items: { type: 'string', minLength: 1, description: 'a kernel argument such as console=ttyS1' },
    },
    modules: {
      type: 'object',
      additionalProperties: false,
      properties: { initrd: MODULES, start: MODULES, system: MODULES },
    },
  },
} as const;

export type ProductFile = FromSchema<typeof PRODUCT_SCHEMA>;

/** Reads DIR/rancheros.yaml. Throws a BuildError with all that is wrong in its form. */
export async function loadProductFile(folder: string, shownAs: string): Promise<YamlFile<ProductFile>> {
  const file = path.join(folder, PRODUCT_FILE);
  const seen = await stat(file).catch(() => undefined);
  if (!seen) throw new BuildError(messages.noProductFile(shownAs));
  return loadYaml<ProductFile>({ file, shownAs: path.join(shownAs, PRODUCT_FILE), schema: PRODUCT_SCHEMA });
}
