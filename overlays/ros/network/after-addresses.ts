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
 * Waits until DHCP has given what it will: every interface that asks and has a cable has an address, and one of them
 * does at all; or rancher.network.dhcp_timeout is over. True in the first case, and at once where nobody asks.
 */
export function waitForAddresses(system: System, config: CloudConfig): boolean {
  const given = networkOf(config);
  const deadline = system.now() + timeout(given);
  for (;;) {
    const { links } = readNetwork(system, false);
    const network = withFallback(system, config, given, links);
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

/** Whether something stands behind addresses. */
export const isFinishDue = (system: System): boolean => system.readText(WAITS_FILE) !== undefined;

/**
 * What had to wait for addresses: post_up of interfaces with DHCP, post_cmds, netconsole; and for cards that are slow: a word about entries that
 * fit none. Gives what is wrong, as sentences.
 */
export function finishNetwork(
  system: System,
  config: CloudConfig,
  { waitsForCards = false }: { readonly waitsForCards?: boolean } = {},
): readonly string[] {
  if (!isFinishDue(system)) return [];
  const problems: string[] = [];
  const complain: Complain = (path, sentence) => problems.push(`${keyText(path)}: ${sentence}`);
  const given = networkOf(config);
  const record = readRecord(system);
  const state = readNetwork(system, false);
  const network = withFallback(system, config, given, state.links);
  // Taken off before they are run: whoever changes the network meanwhile puts its own on.
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

/** Tells the entries that fit no card, where that has not been told, once cards that are slow have had the time that addresses have. */
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
