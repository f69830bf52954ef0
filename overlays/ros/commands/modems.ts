import { loadConfig } from '../config/sources.ts';
import { DONE } from '../datasources/status.ts';
import { tendModems } from '../network/modem.ts';
import { networkOf } from '../network/network-config.ts';
import { alarm } from '../runtime/kernel-log.ts';
import type { System } from '../runtime/system.ts';

/** Milliseconds between two looks. */
const INTERVAL = 10_000;

/**
 * `ros modems`, by the service modem-manager: connects modems to the networks of rancher.network.modem_networks, those that are
 * plugged in later and those that lost their connection too. Ends where no such network is configured.
 */
export function modems(system: System): number {
  let known: readonly string[] = [];
  for (;;) {
    const network = networkOf(loadConfig(system).config);
    if (Object.keys(network.modem_networks ?? {}).length === 0) {
      // A datasource may still bring some.
      if (system.readText(DONE) !== undefined) return 0;
    } else {
      const problems = tendModems(system, network);
      // On the console once, not every time.
      for (const problem of problems.filter((each) => !known.includes(each))) alarm(system, problem);
      known = problems;
    }
    system.sleep(INTERVAL);
  }
}
