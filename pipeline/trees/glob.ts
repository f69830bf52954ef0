/**
 * Matches paths of a tree against patterns: `*` and `?` stay within one name, `**` spans folders, `{a,b}` is a choice. A pattern that
 * matches a folder matches everything below it. A leading slash means nothing.
 */
export class Globs {
  readonly patterns: readonly string[];
  readonly #expressions: readonly RegExp[];

  constructor(patterns: readonly string[]) {
    this.patterns = patterns;
    this.#expressions = patterns.map(toExpression);
  }

  matches(path: string): boolean {
    return this.#expressions.some((expression) => expression.test(path));
  }
}

/** Whether one pattern matches a path or a folder above it. */
export function globMatches(pattern: string, path: string): boolean {
  return toExpression(pattern).test(path);
}

const cache = new Map<string, RegExp>();

function toExpression(pattern: string): RegExp {
  const known = cache.get(pattern);
  if (known) return known;
  let source = '';
  let braces = 0;
  const text = pattern.replace(/^\/+/, '').replace(/\/+$/, '');
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? '';
    if (text.startsWith('**/', index)) {
      source += '(?:[^/]+/)*';
      index += 2;
    } else if (text.startsWith('**', index)) {
      source += '.*';
      index += 1;
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '{') {
      source += '(?:';
      braces += 1;
    } else if (char === '}' && braces > 0) {
      source += ')';
      braces -= 1;
    } else if (char === ',' && braces > 0) source += '|';
    else source += char.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  }
  if (braces > 0) throw new RangeError(`the pattern ${JSON.stringify(pattern)} has an open brace`);
  const expression = new RegExp(`^${source}(?:/.*)?$`, 's');
  cache.set(pattern, expression);
  return expression;
}
