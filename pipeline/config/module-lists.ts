import type { FromSchema } from 'json-schema-to-ts';
import { loadYaml } from './yaml-file.ts';

const PATTERNS = {
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items: { type: 'string', minLength: 1, description: 'a module name, a path or a glob' },
  description: 'a list of module names and globs',
} as const;

const REASONS = {
  type: 'object',
  additionalProperties: { type: 'string', minLength: 1 },
  description: 'a mapping from files of firmware to why they are left out',
} as const;

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['initrd', 'start', 'system', 'firmware', 'withoutFirmware'],
  properties: {
    initrd: PATTERNS,
    start: PATTERNS,
    system: PATTERNS,
    firmware: PATTERNS,
    withoutFirmware: REASONS,
  },
} as const;

/** Modules of a kernel flavour: names, paths or globs; `!` in front takes matches out again. */
export interface ModuleLists {
  /** What reaches the medium: goes into initrd-base. */
  readonly initrd: readonly string[];
  /** What an ordinary start of the system loads, and therefore waits for: goes into the layer modules with those of the initrd. */
  readonly start: readonly string[];
  /** What hardware and users may ask for beside that: goes into the layer drivers, pressed harder. */
  readonly system: readonly string[];
  /** Files below `usr/lib/firmware`, as globs: what the layer drivers takes of the package set firmware. */
  readonly firmware: readonly string[];
  /** Names or globs of files that a module asks for and that are left out → why. */
  readonly withoutFirmware: { readonly [pattern: string]: string };
}

/** Reads `kernel-configs/<flavour>-<arch>.yaml`. */
export async function loadModuleLists(file: string, shownAs: string): Promise<ModuleLists> {
  const { data } = await loadYaml<FromSchema<typeof SCHEMA>>({ file, shownAs, schema: SCHEMA });
  return data;
}
