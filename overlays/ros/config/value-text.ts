import { isScalar, parseDocument } from 'yaml';
import { PARSING, TO_JS } from './document.ts';
import { type SourceOf, typesOf } from './fit.ts';
import type { Schema } from './schema-words.ts';

/** A value, and how its parts were written. */
export interface ValueText {
  readonly value: unknown;
  readonly sourceOf: SourceOf;
}

/**
 * A value that was typed on one line, for a key that the schema describes: text stays as it was typed, everything else is YAML,
 * such as `[a, b]`. One value where only a list will do is a list of one.
 */
export function valueFromText(schema: Schema, text: string): ValueText {
  const types = typesOf(schema);
  const isFlow = /^\s*[[{]/.test(text);
  const asTyped = { value: text, sourceOf: () => text };
  if (types.includes('string') && !(isFlow && types.length > 1)) return asTyped;
  try {
    const document = parseDocument(text, PARSING);
    if (document.errors.length > 0) return asTyped;
    const value = document.toJS(TO_JS) as unknown;
    const isOne = typeof value === 'number' || typeof value === 'boolean';
    const isList = types.length === 1 && types[0] === 'array';
    return {
      value: isOne && isList ? [value] : value,
      sourceOf(path) {
        const node = isOne ? document.contents : document.getIn(path, true);
        return isScalar(node) ? node.source : undefined;
      },
    };
  } catch {
    return asTyped;
  }
}
