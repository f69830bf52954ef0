import { BuildError } from '../core/failure.ts';
import type { Report } from '../core/ports.ts';
import { checkPins, type SupersededPackage } from '../pins/check.ts';
import type { Lock } from '../pins/lock.ts';
import type { CommandContext } from './command.ts';
import { withPins } from './pins.ts';
import * as messages from './release-messages.ts';
import type { Settings } from './settings.ts';

/** What the archives said: what they have superseded, or why none could be asked. */
export type Currency = { readonly superseded: readonly SupersededPackage[] } | { readonly trouble: string };

/**
 * Refuses a release whose lock has packages that security updates have superseded, and one for which no index could be reached. With
 * `acceptStale` both are warnings.
 */
export async function demandCurrentLock(
  context: CommandContext,
  options: { readonly lock: Lock; readonly settings: Settings; readonly acceptStale: boolean; readonly report: Report },
): Promise<void> {
  const { lock, acceptStale, report } = options;
  judgeCurrency(await currencyOf(options.settings, context), { archives: lock.archives, acceptStale, report });
}

/** Judges by what the archives said. */
export function judgeCurrency(
  found: Currency,
  options: { readonly archives: Lock['archives']; readonly acceptStale: boolean; readonly report: Report },
): void {
  const warn = (message: string) => options.report({ type: 'note', level: 'warning', message });
  if ('trouble' in found) {
    const unknown = messages.currencyUnknown(found.trouble);
    if (!options.acceptStale) throw new BuildError(unknown);
    warn(`${unknown.message} The release goes on, as --accept-stale says.`);
    return;
  }
  const lines = securityUpdates(found.superseded, options.archives);
  if (lines.length === 0) return;
  const missing = messages.securityUpdatesMissing(lines);
  if (!options.acceptStale) throw new BuildError(missing);
  warn(`${missing.message} They are released, as --accept-stale says:\n${missing.evidence}`);
}

/** Packages whose successor lies in an archive of security updates, one line each. */
function securityUpdates(superseded: readonly SupersededPackage[], archives: Lock['archives']): readonly string[] {
  const updates = superseded.filter(({ archive }) => archives[archive]?.suite.endsWith('-security'));
  return updates.map(({ name, arch, version, successor }) => `${name} ${version} (${arch}): ${successor}`);
}

async function currencyOf(settings: Settings, context: CommandContext): Promise<Currency> {
  try {
    return await withPins(settings, context, checkPins, { isQuiet: true });
  } catch (error) {
    if (!(error instanceof BuildError) || error.failures.some(({ kind }) => kind !== 'network')) throw error;
    return {
      trouble: error.failures.map(({ message, evidence }) => [message, evidence].filter(Boolean).join('\n')).join('\n'),
    };
  }
}
