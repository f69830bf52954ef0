import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearestName } from '../config/nearest-name.ts';
import { BuildError } from '../core/failure.ts';

type OptionTable = NonNullable<ParseArgsConfig['options']>;

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
    const near = unknown && isUnknown ? nearestName(unknown.replace(/^-+/, ''), Object.keys(options)) : undefined;
    throw new BuildError({
      kind: 'usage',
      message: isUnknown ? `There is no option ${unknown}.` : (error.message.split('\n')[0] ?? error.message),
      hint: `${near ? `Did you mean --${near}? ` : ''}See --help.`,
    });
  }
}
