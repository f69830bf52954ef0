import { Failure } from '../runtime/system.ts';
import { schemaOf, unknownKey } from './fit.ts';
import type { Finding } from './problem.ts';
import type { Schema } from './schema-words.ts';

/** Splits `rancher.sysctl."net.ipv4.ip_forward"` at its dots; in quotes a dot is a dot. */
export function splitKeys(text: string): readonly string[] {
  const keys: string[] = [];
  const part = /\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^."']+))\s*(\.|$)/y;
  let isOpen = true;
  while (isOpen) {
    const found = part.exec(text);
    if (found === null)
      throw new Failure(`“${text}” is no key: keys have dots between them, and quotes where they have dots.`);
    keys.push(found[1]?.replace(/\\(.)/g, '$1') ?? found[2] ?? found[3] ?? '');
    isOpen = found[4] === '.';
  }
  return keys;
}

/** A key and its schema. */
export interface KnownKey {
  readonly path: readonly string[];
  readonly schema: Schema;
}

/**
 * Finds a key in the schema. Names of the user's choice may have dots of their own, also without quotes:
 * `rancher.sysctl.net.ipv4.ip_forward`, `rancher.network.interfaces.eth0.100.dhcp`.
 */
export function findKey(schema: Schema, keys: readonly string[]): KnownKey | Finding {
  return locate(schema, keys, []) ?? firstUnknown(schema, keys);
}

export const isKnown = (found: KnownKey | Finding): found is KnownKey => 'schema' in found;

function locate(schema: Schema, keys: readonly string[], path: readonly string[]): KnownKey | undefined {
  if (keys.length === 0) return { path, schema };
  for (let count = 1; count <= keys.length; count += 1) {
    const name = keys.slice(0, count).join('.');
    const below = schemaOf(schema, name);
    const found = below && locate(below, keys.slice(count), [...path, name]);
    if (found) return found;
  }
  return undefined;
}

function firstUnknown(schema: Schema, keys: readonly string[]): Finding {
  let here = schema;
  for (const [index, key] of keys.entries()) {
    const below = schemaOf(here, key);
    if (below === undefined) return unknownKey(here, keys.slice(0, index + 1));
    here = below;
  }
  return unknownKey(here, keys);
}
