import { $ } from 'zx';
import { BuildError } from '../core/failure.ts';
import { harmless } from '../core/harmless.ts';
import { interrupted } from '../core/interrupted.ts';
import { shellWord } from '../core/shell-word.ts';

/** What a short command said and how it ended. */
export interface ShortResult {
  /** Exit code, or undefined when a signal ended it. */
  readonly code: number | undefined;
  /** Both its streams, control characters made harmless. */
  readonly words: string;
}

/**
 * Runs a command that says little (zx keeps all of it in memory) and soon ends. Its process group dies with an abort or after
 * `seconds`: zx alone would end the shell and leave its children.
 */
export async function runShortCommand(
  argv: readonly [string, ...string[]],
  options: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<ShortResult> {
  if (options.signal.aborted) throw new BuildError(interrupted());
  const shell = $({
    // Any POSIX shell does: a bare machine may have no bash.
    shell: '/bin/sh',
    prefix: '',
    quote: shellWord,
    detached: true,
    nothrow: true,
    quiet: true,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: `${options.seconds}s`,
    timeoutSignal: 'SIGKILL',
    signal: options.signal,
  });
  const output = await shell`${argv}`;
  if (options.signal.aborted) throw new BuildError(interrupted());
  return { code: output.exitCode ?? undefined, words: harmless(output.stdall) };
}
