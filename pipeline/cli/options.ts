import { parseArgs } from 'node:util';
import { nearestName } from '../config/nearest-name.ts';
import { BuildError } from '../core/failure.ts';
import type { OptionTable } from './command.ts';

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
    throw usage(
      `"${extra}" is ${mostWords === 0 ? 'a word that this command does not take' : 'one word too many'}.`,
      'See --help.',
    );
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
    throw usage(`There is no option ${rawName}.`, `${near ? `Did you mean --${near}? ` : ''}See --help.`);
  }
  if (known.type === 'boolean') {
    if (value !== undefined) throw usage(`The option ${rawName} takes no value.`, 'See --help.');
    return;
  }
  if (value === undefined) throw usage(`The option ${rawName} wants a value.`, 'See --help.');
  if (!inlineValue && value.length > 1 && value.startsWith('-')) {
    throw usage(
      `The option ${rawName} wants a value, and "${value}" looks like another option.`,
      `If it is the value, write ${rawName}=${value}. See --help.`,
    );
  }
  // An empty value comes from a variable that is not set.
  if (value === '' && !known.mayBeEmpty)
    throw usage(`The option ${rawName} wants a value, and got an empty one.`, 'See --help.');
}

/** The value of an option that is a whole number from 1 to `most`; anything else is a usage error. */
export function wholeNumber(option: string, text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw usage(`${option} is "${text}".`, `Give a whole number from 1 to ${most}.`);
}

function usage(message: string, hint: string): BuildError {
  return new BuildError({ kind: 'usage', message, hint });
}
