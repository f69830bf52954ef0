import { BuildError } from '../core/failure.ts';
import { shellWord } from '../core/shell-word.ts';
import { DISK_FULL } from '../host/disk-failure.ts';
import type { ProcessResult } from './process.ts';
import type { ResolvedCommand } from './resolved-command.ts';

/** Throws the `step` failure of a program that did not end with 0; causes are ranked: time, signal, exit code. */
export function demandSuccess(
  result: ProcessResult,
  about: { readonly title: string; readonly command: ResolvedCommand; readonly seconds: number },
): void {
  if (result.code === 0) return;
  const cause = result.timedOut
    ? `took longer than its ${about.seconds} s and was killed`
    : result.killedBy
      ? `was killed by ${result.killedBy}`
      : result.code === 127
        ? 'could not be started (exit code 127: a program or a library of it is missing from the tool image)'
        : `failed with exit code ${result.code}`;
  const evidence = [`$ ${shellLine(about.command)}`, result.words.trimEnd()].filter(Boolean).join('\n');
  if (result.words.includes('No space left on device')) {
    throw new BuildError({
      kind: 'disk',
      message: `The step "${about.title}" ${cause}: the disk is full.`,
      evidence,
      ...DISK_FULL,
    });
  }
  throw new BuildError({
    kind: 'step',
    message: `The step "${about.title}" ${cause}.`,
    evidence,
    hint:
      result.killedBy === 'SIGKILL' && !result.timedOut
        ? 'The kernel may have run out of memory: see `dmesg`.'
        : undefined,
  });
}

function shellLine({ argv, stdin }: ResolvedCommand): string {
  const line = argv.map(shellWord).join(' ');
  return typeof stdin === 'object' ? `${line} # its standard input is put together of pieces` : line;
}
