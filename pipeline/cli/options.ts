import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearestName } from '../config/nearest-name.ts';
import { BuildError } from '../core/failure.ts';

type OptionTable = NonNullable<ParseArgsConfig['options']>;

/** Reads a command's words by a table of options; an unknown or incomplete one is a `usage` failure that names the nearest. */
export function readOptions<const T extends OptionTable>(argv: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
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
