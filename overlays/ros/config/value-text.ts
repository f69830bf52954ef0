import { parse } from 'yaml';
import { typesOf } from './fit.ts';
import type { Schema } from './schema-words.ts';

/**
 * A value that was typed on one line, for a key that the schema describes: text stays as it was typed, everything else is YAML,
 * such as `[a, b]`. One value where only a list will do is a list of one.
 */
export function valueFromText(schema: Schema, text: string): unknown {
  const types = typesOf(schema);
  const isFlow = /^\s*[[{]/.test(text);
  if (types.includes('string') && !(isFlow && types.length > 1)) return text;
  const value = parsed(text);
  const isScalar = typeof value !== 'object';
  return isScalar && value !== undefined && types.length === 1 && types[0] === 'array' ? [value] : value;
}

function parsed(text: string): unknown {
  try {
    return parse(text, { logLevel: 'error', prettyErrors: false }) as unknown;
  } catch {
    return text;
  }
}
