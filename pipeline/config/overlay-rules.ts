import type { FromSchema } from 'json-schema-to-ts';
import { loadYaml } from './yaml-file.ts';

const MODE = {
  type: 'string',
  pattern: '^[0-7]{4}$',
  description: 'a mode of four octal digits such as "0644"',
} as const;
const OWNER = { type: 'string', pattern: '^\\d+:\\d+$', description: 'an owner "uid:gid" in numbers' } as const;
const DIRECTORY = {
  type: 'string',
  pattern: '^[0-7]{4}( \\d+:\\d+)?$',
  description: 'a mode and perhaps an owner such as "0750 991:991"',
} as const;

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    replaces: {
      type: 'array',
      uniqueItems: true,
      items: { type: 'string', minLength: 1 },
      description: 'a list of paths or globs',
    },
    modes: { type: 'object', additionalProperties: MODE },
    owners: { type: 'object', additionalProperties: OWNER },
    links: { type: 'object', additionalProperties: { type: 'string', minLength: 1 } },
    directories: { type: 'object', additionalProperties: DIRECTORY },
  },
} as const;

/** The numbers behind a name: user and group. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What stands beside an overlay folder because git cannot hold it. Paths are relative, POSIX. */
export interface OverlayRules {
  /** Files of packages, by path or glob, that the overlay's file of the same path replaces. */
  readonly replaces: readonly string[];
  /** Path or glob → permission bits. */
  readonly modes: { readonly [glob: string]: number };
  readonly owners: { readonly [glob: string]: Owner };
  /** Path → text of the symbolic link. */
  readonly links: { readonly [path: string]: string };
  /** Folders that must exist. */
  readonly directories: { readonly [path: string]: Owner & { readonly mode: number } };
}

/** Reads `overlays/<name>.yaml`. */
export async function loadOverlayRules(file: string, shownAs: string): Promise<OverlayRules> {
  const { data } = await loadYaml<FromSchema<typeof SCHEMA>>({ file, shownAs, schema: SCHEMA });
  return {
    replaces: data.replaces ?? [],
    modes: mapValues(data.modes ?? {}, parseMode),
    owners: mapValues(data.owners ?? {}, parseOwner),
    links: mapValues(data.links ?? {}, (text) => text),
    directories: mapValues(data.directories ?? {}, (text) => {
      const [mode = '0755', owner = '0:0'] = text.split(' ');
      return { mode: parseMode(mode), ...parseOwner(owner) };
    }),
  };
}

function parseMode(text: string): number {
  return Number.parseInt(text, 8);
}

function parseOwner(text: string): Owner {
  const [uid = 0, gid = 0] = text.split(':').map(Number);
  return { uid, gid };
}

function mapValues<T>(
  table: { readonly [key: string]: unknown },
  change: (text: string) => T,
): { readonly [key: string]: T } {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, change(String(value))]));
}
