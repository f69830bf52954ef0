import type { FromSchema } from 'json-schema-to-ts';
import { loadYaml } from './yaml-file.ts';

const PATTERNS = {
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items: { type: 'string', minLength: 1, description: 'a module name, a path or a glob' },
  description: 'a list of module names and globs',
} as const;

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['initrd', 'system'],
  properties: { initrd: PATTERNS, system: PATTERNS },
} as const;

/** Modules of a kernel flavour: names, paths or globs; `!` in front takes matches out again. */
export interface ModuleLists {
  /** What reaches the medium: goes into initrd-base. */
  readonly initrd: readonly string[];
  /** What the running system may load: goes into the modules layer. */
  readonly system: readonly string[];
}

/** Reads `kernel-configs/<flavour>-<arch>.yaml`. */
export async function loadModuleLists(file: string, shownAs: string): Promise<ModuleLists> {
  const { data } = await loadYaml<FromSchema<typeof SCHEMA>>({ file, shownAs, schema: SCHEMA });
  return data;
}
