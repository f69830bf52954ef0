import { parseArgs } from 'node:util';
import { nearestName } from '../config/nearest-name.ts';
import { BuildError } from '../core/failure.ts';
import type { OptionTable } from './command.ts';
import * as messages from './messages.ts';

/**
 * Reads a command's words by its table of options. An unknown or incomplete option is a `usage` failure that names the nearest one, and so
 * are more words without a dash than the command takes.
 */
export function readOptions<const T extends OptionTable>(
  argv: readonly string[],
  options: T,
  mostWords = Number.POSITIVE_INFINITY,
) {
  const words: string[] = [];
  for (const token of tokensOf(argv, options)) {
    if (token.kind === 'option') demandKnown(token, options);
    if (token.kind === 'positional') words.push(token.value);
  }
  const extra = words[mostWords];
  if (extra !== undefined) {
    throw new BuildError(messages.wordTooMany(extra, mostWords));
  }
  return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
}

/** The value of one option among words that may hold anything else; undefined where it has none. */
export function valueIn(argv: readonly string[], name: string): string | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: { [name]: { type: 'string' } },
    allowPositionals: true,
    strict: false,
  });
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

type Token = ReturnType<typeof tokensOf>[number];

function tokensOf(argv: readonly string[], options: OptionTable) {
  return parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true }).tokens;
}

function demandKnown(
  { name, rawName, value, inlineValue }: Extract<Token, { readonly kind: 'option' }>,
  options: OptionTable,
): void {
  const known = Object.hasOwn(options, name) ? options[name] : undefined;
  if (known === undefined) {
    const near = nearestName(name, Object.keys(options));
    throw new BuildError(messages.noSuchOption(rawName, near));
  }
  if (known.type === 'boolean') {
    if (value !== undefined) throw new BuildError(messages.optionTakesNoValue(rawName));
    return;
  }
  if (value === undefined) throw new BuildError(messages.optionWantsValue(rawName));
  if (!inlineValue && value.length > 1 && value.startsWith('-')) {
    throw new BuildError(messages.optionInPlaceOfValue(rawName, value));
  }
  // An empty value comes from a variable that is not set.
  if (value === '' && !known.mayBeEmpty) throw new BuildError(messages.optionValueEmpty(rawName));
}

/** The value of an option that is a whole number from 1 to `most`; anything else is a usage error. */
export function wholeNumber(option: string, text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new BuildError(messages.notAWholeNumber(option, text, { from: 1, to: most }));
}
