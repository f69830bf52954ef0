import { parse } from 'yaml';
import { utf8Length } from '../runtime/utf8.ts';

/** Bytes of YAML that platforms and media bring: some hundred keys of SSH at most. */
export const MOST_YAML_BYTES = 256 * 1024;

/** Values, or half a sentence that says why there are none. */
export type PlainYaml =
  | { readonly value: unknown; readonly error?: never }
  | { readonly value?: never; readonly error: string };

/**
 * Reads YAML that a machine wrote and of which only the values matter. Of a double key the last one counts: the parser's own search for
 * them takes quadratic time, which a few thousand keys make minutes of.
 */
export function plainYaml(text: string): PlainYaml {
  if (utf8Length(text) > MOST_YAML_BYTES)
    return { error: `has more than ${MOST_YAML_BYTES} bytes, which are not read` };
  try {
    const value: unknown = parse(text, {
      logLevel: 'error',
      prettyErrors: false,
      maxAliasCount: 100,
      uniqueKeys: false,
    });
    return { value };
  } catch {
    // Not one word of it: metadata may hold a password.
    return { error: 'is not YAML' };
  }
}
