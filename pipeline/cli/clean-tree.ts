import { BuildError } from '../core/failure.ts';
import type { Report } from '../core/ports.ts';
import { runShortCommand } from '../exec/short-command.ts';
import { SOURCES } from '../publish/sources.ts';
import type { CommandContext } from './command.ts';
import * as messages from './release-messages.ts';

/**
 * Refuses a release of files that no commit holds: changed ones anywhere in the project, and new ones among its sources. Where git cannot say
 * that, it refuses too. With `allowDirty` both are warnings.
 */
export async function demandCleanTree(
  context: CommandContext,
  { allowDirty, report }: { readonly allowDirty: boolean; readonly report: Report },
): Promise<void> {
  const changed = await gitStatus(context, ['--untracked-files=no', '--', '.']);
  const untracked = changed.trouble ? changed : await gitStatus(context, ['--untracked-files=all', '--', ...SOURCES]);
  const trouble = changed.trouble ?? untracked.trouble;
  const lines = [...new Set([...changed.lines, ...untracked.lines])].sort();
  if (trouble === undefined && lines.length === 0) return;
  const failure = trouble === undefined ? messages.changesNotCommitted(lines) : messages.gitNotAsked(trouble);
  if (!allowDirty) throw new BuildError(failure);
  const { message } = failure;
  report({ type: 'note', level: 'warning', message: `${message} They go into this release, as --allow-dirty says.` });
}

interface GitStatus {
  readonly lines: readonly string[];
  readonly trouble?: string;
}

async function gitStatus({ projectFolder, env, signal }: CommandContext, words: readonly string[]): Promise<GitStatus> {
  const surroundings = ['PATH', 'HOME', 'XDG_CONFIG_HOME'].flatMap((name) =>
    env[name] === undefined ? [] : [`${name}=${env[name]}`],
  );
  const git = ['git', '-C', projectFolder, '--no-optional-locks', 'status', '--porcelain', ...words];
  const { code, words: said } = await runShortCommand(['/usr/bin/env', ...surroundings, 'LC_ALL=C', ...git], {
    seconds: 60,
    signal,
  });
  if (code !== 0) return { lines: [], trouble: said.trim().split('\n')[0] || `git ended with ${code}` };
  return { lines: said.split('\n').filter((line) => line !== '') };
}
