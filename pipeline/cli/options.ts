import { parseArgs } from 'node:util';
import { nearestName } from '../config/nearest-name.ts';
import { BuildError } from '../core/failure.ts';
import type { OptionTable } from './command.ts';

/**
 * Reads a command's words by a table of options; an unknown or incomplete one is a `usage` failure that names the nearest, and so are
 * more words without a dash than the command takes.
 */
export function readOptions<const T extends OptionTable>(
  argv: readonly string[],
  options: T,
  mostWords = Number.POSITIVE_INFINITY,
) {
  try {
    const read = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    // An empty one comes from a variable that is not set; only kernel arguments may be none.
    for (const [name, value] of Object.entries(read.values)) {
      if (![value].flat().includes('') || name === 'append') continue;
      throw new BuildError({
        kind: 'usage',
        message: `The option --${name} wants a value, and got an empty one.`,
        hint: 'See --help.',
      });
    }
    const extra = read.positionals[mostWords];
    if (extra !== undefined) {
      throw new BuildError({
        kind: 'usage',
        message: `"${extra}" is ${mostWords === 0 ? 'a word that this command does not take' : 'one word too many'}.`,
        hint: 'See --help.',
      });
    }
    return read;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const unknown = /'(--?[^' ]+)/.exec(error.message)?.[1];
    const isUnknown = (error as NodeJS.ErrnoException).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
    const takesValue = Object.entries(options).some(([name, { type }]) => `--${name}` === unknown && type === 'string');
    const next = argv[argv.indexOf(unknown ?? '') + 1];
    const near = unknown && isUnknown ? nearestName(unknown.replace(/^-+/, ''), Object.keys(options)) : undefined;
    throw new BuildError({
      kind: 'usage',
      message: isUnknown
        ? `There is no option ${unknown}.`
        : takesValue
          ? `The option ${unknown} wants a value${next?.startsWith('-') ? `, and "${next}" looks like another option` : ''}.`
          : unknown
            ? `The option ${unknown} takes no value.`
            : (error.message.split('\n')[0] ?? error.message),
      hint: `${near ? `Did you mean --${near}? ` : ''}${takesValue && next?.startsWith('-') ? `If it is the value, write ${unknown}=${next}. ` : ''}See --help.`,
    });
  }
}

/** The value of an option that is a whole number from 1 to `most`; anything else is a usage error. */
export function wholeNumber(option: string, text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new BuildError({
    kind: 'usage',
    message: `${option} is "${text}"`,
    hint: `give a whole number from 1 to ${most}`,
  });
}
