import { BuildError } from '../core/failure.ts';
import type { Report } from '../core/ports.ts';
import { type Product, sourcesOfProduct } from '../product/product.ts';
import { SOURCES } from '../publish/sources.ts';
import type { CommandContext } from './command.ts';
import * as messages from './release-messages.ts';

/**
 * Refuses a release of files that no commit holds: changed ones anywhere in the project, and new ones among its sources. Where git cannot say
 * that, it refuses too. With `allowDirty` both are warnings.
 */
export async function demandCleanTree(
  context: CommandContext,
  {
    allowDirty,
    product,
    report,
  }: { readonly allowDirty: boolean; readonly product: Product | undefined; readonly report: Report },
): Promise<void> {
  const found = [await statusOf(context.projectFolder, SOURCES, context)];
  if (product) found.push(await statusOf(product.folder, sourcesOfProduct(product), context));
  const trouble = found.find((each) => each.trouble !== undefined)?.trouble;
  const lines = [...new Set(found.flatMap((each) => each.lines))].sort();
  if (trouble === undefined && lines.length === 0) return;
  const failure = trouble === undefined ? messages.changesNotCommitted(lines) : messages.gitNotAsked(trouble);
  if (!allowDirty) throw new BuildError(failure);
  const { message } = failure;
  report({ type: 'note', level: 'warning', message: `${message} They go into this release, as --allow-dirty says.` });
}

/** Changes of what git knows anywhere in a directory, and what it does not know of some paths in it. */
async function statusOf(folder: string, sources: readonly string[], context: CommandContext): Promise<GitStatus> {
  const changed = await gitStatus(folder, ['--untracked-files=no', '--', '.'], context);
  if (changed.trouble !== undefined) return changed;
  const untracked = await gitStatus(folder, ['--untracked-files=all', '--', ...sources], context);
  return { ...untracked, lines: [...changed.lines, ...untracked.lines] };
}

interface GitStatus {
  readonly lines: readonly string[];
  readonly trouble?: string;
}

async function gitStatus(
  folder: string,
  words: readonly string[],
  { env, signal }: CommandContext,
): Promise<GitStatus> {
  const surroundings = ['PATH', 'HOME', 'XDG_CONFIG_HOME'].flatMap((name) =>
    env[name] === undefined ? [] : [`${name}=${env[name]}`],
  );
  const git = ['git', '-C', folder, '--no-optional-locks', 'status', '--porcelain', ...words];
  // zx is loaded only where something must really be asked.
  const { runShortCommand } = await import('../exec/short-command.ts');
  const { code, words: said } = await runShortCommand(['/usr/bin/env', ...surroundings, 'LC_ALL=C', ...git], {
    seconds: 60,
    signal,
  });
  if (code !== 0) return { lines: [], trouble: said.trim().split('\n')[0] || `git ended with ${code}` };
  return { lines: said.split('\n').filter((line) => line !== '') };
}
