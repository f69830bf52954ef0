import { loadConfig } from '../config/sources.ts';
import { alarm } from '../runtime/kernel-log.ts';
import type { System } from '../runtime/system.ts';
import type { AskOptions } from './ask-sources.ts';
import { wantedSources } from './catalogue.ts';
import { hasRoute } from './client.ts';
import { fetchConfiguration } from './fetch.ts';
import { readStatus, writeStatus } from './status.ts';

/**
 * Milliseconds with a network after which a source that has never answered is given up: much later, the host at that address may be another one.
 * RancherOS 1 asked for five minutes.
 */
const LONGEST = 60 * 60 * 1000;

/** One more round of asking the sources that may still answer. A result is applied to the running machine. Returns whether another round follows. */
export function askAgain(system: System, options: AskOptions = {}): boolean {
  const before = readStatus(system);
  // `ros cloud-init` was called by hand meanwhile and found something.
  if (before === undefined || before.asking.length === 0) return false;
  const networkSince = before.networkSince ?? (hasRoute(system) ? system.now() : undefined);
  const { wanted } = wantedSources(system, loadConfig(system).config);
  const passedOver = new Map(
    wanted.flatMap(({ name }, number) => {
      const reason = before.sources.find((each) => each.name === name)?.reason ?? 'it is not asked again';
      return before.asking.includes(name) ? [] : [[number, reason] as const];
    }),
  );
  if (passedOver.size === wanted.length) {
    writeStatus(system, { ...before, asking: [] });
    return false;
  }
  fetchConfiguration(system, {
    ...options,
    passedOver,
    isRunning: 'where other',
    goesOn: true,
    ...(networkSince === undefined ? {} : { networkSince }),
  });
  const after = readStatus(system);
  if (after === undefined || after.asking.length === 0) return false;
  if (networkSince === undefined || system.now() - networkSince < LONGEST) return true;
  writeStatus(system, { ...after, asking: [] });
  alarm(
    system,
    `No answer came from ${after.asking.join(', ')} for an hour; the datasources are asked no more. “sudo ros cloud-init” asks again.`,
  );
  return false;
}
