import { BuildError, type Failure } from '../core/failure.ts';
import { shellWord } from '../core/shell-word.ts';
import { toolFailed, toolFilledDisk, toolIsMissing, toolTookTooLong, toolWasKilled } from './messages.ts';
import type { ProcessResult } from './process.ts';
import type { ResolvedCommand } from './resolved-command.ts';

interface Ran {
  readonly title: string;
  readonly command: ResolvedCommand;
  readonly seconds: number;
}

/** Throws the `step` failure of a program that did not end with 0. */
export function demandSuccess(result: ProcessResult, about: Ran): void {
  if (result.code !== 0) throw new BuildError(failureOf(result, about));
}

/** Causes are ranked: time, disk, signal, exit code. */
function failureOf(result: ProcessResult, { title, command, seconds }: Ran): Failure {
  const evidence = [`$ ${shellLine(command)}`, result.words.trimEnd()].filter(Boolean).join('\n');
  const ended = { title, evidence };
  if (result.timedOut) return toolTookTooLong(ended, seconds);
  if (result.words.includes('No space left on device')) return toolFilledDisk(ended);
  if (result.killedBy) return toolWasKilled(ended, result.killedBy);
  return result.code === 127 ? toolIsMissing(ended) : toolFailed(ended, result.code);
}

function shellLine({ argv, stdin }: ResolvedCommand): string {
  const line = argv.map(shellWord).join(' ');
  return typeof stdin === 'object' ? `${line} # its standard input is put together of pieces` : line;
}
