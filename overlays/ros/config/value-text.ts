import { isScalar, parseDocument } from 'yaml';
import { PARSING, TO_JS } from './document.ts';
import { type SourceOf, typesOf } from './fit.ts';
import type { Schema } from './schema-words.ts';

/** A value, and how its parts were written. */
export interface ValueText {
  readonly value: unknown;
  readonly sourceOf: SourceOf;
  /** The text begins as a list or a mapping and is none. */
  readonly isBroken?: boolean;
}

/**
 * A value that was typed on one line, for a key that the schema describes: text stays as it was typed, everything else is YAML,
 * such as `[a, b]`. One value where only a list will do is a list of one.
 */
export function valueFromText(schema: Schema, text: string): ValueText {
  const types = typesOf(schema);
  const isFlow = /^\s*[[{]/.test(text);
  const asTyped: ValueText = { value: text, sourceOf: () => text };
  if (types.includes('string') && !(isFlow && types.length > 1)) return asTyped;
  const parsed = fromYaml(text, types.length === 1 && types[0] === 'array');
  if (parsed !== undefined) return parsed;
  if (!isFlow) return asTyped;
  const items = types.includes('array') && schema.items?.type === 'string' ? plainItems(text) : undefined;
  return items === undefined ? { ...asTyped, isBroken: true } : { value: items, sourceOf: () => undefined };
}

function fromYaml(text: string, isList: boolean): ValueText | undefined {
  try {
    const document = parseDocument(text, PARSING);
    if (document.errors.length > 0) return undefined;
    const value = document.toJS(TO_JS) as unknown;
    const isOne = isList && (typeof value === 'number' || typeof value === 'boolean');
    return {
      value: isOne ? [value] : value,
      sourceOf(path) {
        const node = isOne ? document.contents : document.getIn(path, true);
        return isScalar(node) ? node.source : undefined;
      },
    };
  } catch {
    return undefined;
  }
}

/** `[*, @a]` as a list of texts: these characters begin something else in YAML, which is not what the user means here. */
function plainItems(text: string): readonly string[] | undefined {
  const inside = /^\s*\[([^[\]{}"']*)\]\s*$/.exec(text)?.[1];
  return inside === undefined
    ? undefined
    : inside
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
}
