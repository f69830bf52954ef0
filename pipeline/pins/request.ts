import type { FromSchema } from 'json-schema-to-ts';
import { loadYaml, type YamlFile } from '../config/yaml-file.ts';
import type { Arch } from '../core/step.ts';
import type { PinsFile } from './context.ts';

const PACKAGE_NAME = {
  type: 'string',
  pattern: '^[a-z0-9][a-z0-9+.-]+( \\[(amd64|arm64)\\])?$',
  description: 'a package name, or one for one architecture such as "grub-pc-bin [amd64]"',
} as const;
const NAMES = { type: 'array', items: PACKAGE_NAME, uniqueItems: true } as const;
const TEXT = { type: 'string', minLength: 1 } as const;
const SHA256 = {
  type: 'string',
  pattern: '^sha256:[0-9a-f]{64}$',
  description: 'a digest "sha256:" and 64 hex digits',
} as const;

/** The shape of `targets/packages.yaml`. */
export const PACKAGES_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['archives', 'keyring', 'sets'],
  properties: {
    archives: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['suite', 'codename', 'components'],
        properties: {
          suite: TEXT,
          codename: TEXT,
          components: { type: 'array', minItems: 1, items: TEXT },
        },
      },
    },
    keyring: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'version', 'archive', 'path', 'size', 'digest'],
      properties: { name: TEXT, version: TEXT, archive: TEXT, path: TEXT, size: { type: 'integer' }, digest: SHA256 },
    },
    sets: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['comment', 'purpose', 'arches', 'packages'],
        properties: {
          comment: TEXT,
          purpose: { type: 'string', enum: ['tools', 'system'] },
          arches: {
            type: 'array',
            minItems: 1,
            uniqueItems: true,
            items: { type: 'string', enum: ['amd64', 'arm64'] },
          },
          packages: { ...NAMES, minItems: 1 },
          follow: { type: 'string', enum: ['dependencies', 'nothing', 'metapackage'] },
          exclude: NAMES,
          above: { type: 'array', uniqueItems: true, items: TEXT },
        },
      },
    },
  },
} as const;

/** What we ask Debian for. */
export type PackageRequest = FromSchema<typeof PACKAGES_SCHEMA>;
export type SetRequest = PackageRequest['sets'][string];

/** Reads `targets/packages.yaml`, or a text that is to take its place. */
export async function loadPackageRequest(file: PinsFile, text?: string): Promise<YamlFile<PackageRequest>> {
  return loadYaml<PackageRequest>({ ...file, text, schema: PACKAGES_SCHEMA });
}

/** The names of a list that are meant for an architecture, without their qualifier, in the order written. */
export function namesFor(names: readonly string[] | undefined, arch: Arch): readonly string[] {
  return (names ?? []).flatMap((entry) => {
    const [name = entry, qualifier] = entry.split(' ');
    return qualifier === undefined || qualifier === `[${arch}]` ? [name] : [];
  });
}
