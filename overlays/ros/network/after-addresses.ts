import type { CloudConfig, Network } from '../config/schema.ts';
import type { System } from '../runtime/system.ts';
import { readRecord, writeRecord } from './applied-record.ts';
import { WAITS_FILE } from './apply.ts';
import { wantsDhcp } from './dhcp.ts';
import { matchOf } from './interface-match.ts';
import { readNetwork } from './links.ts';
import { isNetconsoleDue, netconsoleDevice, netconsoleOf, startNetconsole } from './netconsole.ts';
import { type Complain, keyText, networkOf } from './network-config.ts';
import { keepProblems, keptProblems } from './problems.ts';
import { unfitting, unfittingText, withFallback } from './unmatched-interfaces.ts';
import { runCommands } from './user-commands.ts';

const DEFAULT_TIMEOUT = 10;

/**
 * Waits until DHCP is complete: every interface that uses it and has a carrier has an address, and at least one does; or
 * rancher.network.dhcp_timeout is over. Returns true in the first case, and at once where no interface uses DHCP.
 */
export function waitForAddresses(system: System, config: CloudConfig): boolean {
  const deadline = system.now() + timeout(networkOf(config));
  for (;;) {
    const { links } = readNetwork(system, false);
    const network = withFallback(system, config, networkOf(config, links), links);
    const interfaces = network.interfaces ?? {};
    const mayAppear = Object.entries(interfaces).some(([name, one]) => wantsDhcp(name, one, network));
    const asking = links.filter((link) => {
      const match = matchOf(interfaces, link);
      return match !== undefined && wantsDhcp(link.name, match.config, network);
    });
    const served = asking.filter(({ addresses }) => addresses.some(({ isGlobal }) => isGlobal));
    const open = asking.filter((link) => link.hasCarrier && !served.includes(link));
    if (open.length === 0 && (served.length > 0 || !mayAppear)) return true;
    if (system.now() >= deadline) return false;
    system.sleep(200);
  }
}

/** Whether something waits for addresses. */
export const isFinishDue = (system: System): boolean => system.readText(WAITS_FILE) !== undefined;

/**
 * Does the work that waits for addresses: post_up of interfaces with DHCP, post_cmds, netconsole; and reports entries that match no card, also slow
 * ones. Returns problems as sentences.
 */
export function finishNetwork(
  system: System,
  config: CloudConfig,
  { waitsForCards = false }: { readonly waitsForCards?: boolean } = {},
): readonly string[] {
  if (!isFinishDue(system)) return [];
  const problems: string[] = [];
  const complain: Complain = (path, sentence) => problems.push(`${keyText(path)}: ${sentence}`);
  const record = readRecord(system);
  const state = readNetwork(system, false);
  const given = networkOf(config, state.links);
  const network = withFallback(system, config, given, state.links);
  // Removed before they run, because a change of the network meanwhile adds its own.
  const links = Object.entries(record.links).map(([name, { isWaiting: _, ...link }]) => [name, link] as const);
  const { isWaiting, ...rest } = record;
  writeRecord(system, { ...rest, links: Object.fromEntries(links) });
  system.runAll([{ argv: ['rm', '-f', WAITS_FILE] }]);
  for (const link of state.links) {
    const match = matchOf(network.interfaces ?? {}, link);
    if (match === undefined || record.links[link.name]?.isWaiting !== true) continue;
    const path = ['interfaces', match.key, 'post_up'];
    runCommands(system, match.config.post_up, { path, iface: link.name, complain });
  }
  if (isWaiting === true) runCommands(system, network.post_cmds, { path: ['post_cmds'], complain });
  const netconsole = isNetconsoleDue(system) ? netconsoleOf(system) : undefined;
  if (netconsole !== undefined && state.links.some(({ name }) => name === netconsoleDevice(netconsole))) {
    const problem = startNetconsole(system, netconsole);
    if (problem !== undefined) problems.push(problem);
  }
  tellUnfitting(system, config, { waits: waitsForCards, complain });
  keepProblems(system, [...new Set([...keptProblems(system), ...problems])]);
  return problems;
}

/** Reports unreported entries that match no card, once slow cards have had as much time as addresses. */
function tellUnfitting(
  system: System,
  config: CloudConfig,
  { waits, complain }: { readonly waits: boolean; readonly complain: Complain },
): void {
  const given = networkOf(config);
  const deadline = system.now() + (waits ? timeout(given) : 0);
  for (;;) {
    const { links } = readNetwork(system, false);
    const lost = unfitting(given, links);
    if (lost.length > 0 && system.now() < deadline) {
      system.sleep(500);
      continue;
    }
    const keys = JSON.stringify(lost.map(({ key }) => key));
    const record = readRecord(system);
    if (keys === (record.unfitting ?? '[]')) return;
    writeRecord(system, { ...record, unfitting: keys });
    const hasFallback = withFallback(system, config, given, links) !== given;
    for (const { key, sentence } of unfittingText(lost, hasFallback)) complain(['interfaces', key], sentence);
    return;
  }
}

const timeout = ({ dhcp_timeout = DEFAULT_TIMEOUT }: Network): number => dhcp_timeout * 1000;
