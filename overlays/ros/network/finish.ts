import type { CloudConfig } from '../config/schema.ts';
import type { System } from '../runtime/system.ts';
import { WAITS_FILE } from './apply.ts';
import { wantsDhcp } from './dhcp.ts';
import { readNetwork } from './links.ts';
import { matchOf } from './match.ts';
import { isNetconsoleDue, netconsoleDevice, netconsoleOf, startNetconsole } from './netconsole.ts';
import { readRecord, writeRecord } from './record.ts';
import { runCommands } from './user-commands.ts';
import { type Complain, keyText, networkOf } from './wanted.ts';

const DEFAULT_TIMEOUT = 10;

/**
 * Waits until DHCP has given what it will: every interface that asks and has a cable has an address, and one of them
 * does at all; or rancher.network.dhcp_timeout is over. True in the first case, and at once where nobody asks.
 */
export function waitForAddresses(system: System, config: CloudConfig): boolean {
  const network = networkOf(config);
  const deadline = system.now() + (network.dhcp_timeout ?? DEFAULT_TIMEOUT) * 1000;
  const interfaces = network.interfaces ?? {};
  const mayAppear = Object.entries(interfaces).some(([name, one]) => wantsDhcp(name, one, network));
  for (;;) {
    const asking = readNetwork(system, false).links.filter((link) => {
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

/** What had to wait for addresses: post_up of interfaces with DHCP, post_cmds, netconsole. Gives what is wrong, as sentences. */
export function finishNetwork(system: System, config: CloudConfig): readonly string[] {
  if (system.readText(WAITS_FILE) === undefined) return [];
  const problems: string[] = [];
  const complain: Complain = (path, sentence) => problems.push(`${keyText(path)}: ${sentence}`);
  const network = networkOf(config);
  const record = readRecord(system);
  const state = readNetwork(system, false);
  for (const link of state.links) {
    const match = matchOf(network.interfaces ?? {}, link);
    if (match === undefined || record.links[link.name]?.isWaiting !== true) continue;
    const path = ['interfaces', match.key, 'post_up'];
    runCommands(system, match.config.post_up, { path, iface: link.name, complain });
  }
  if (record.isWaiting === true) runCommands(system, network.post_cmds, { path: ['post_cmds'], complain });
  const links = Object.entries(record.links).map(([name, { isWaiting: _, ...link }]) => [name, link] as const);
  const { isWaiting: _, ...rest } = record;
  writeRecord(system, { ...rest, links: Object.fromEntries(links) });
  const netconsole = isNetconsoleDue(system) ? netconsoleOf(system) : undefined;
  if (netconsole !== undefined && state.links.some(({ name }) => name === netconsoleDevice(netconsole))) {
    const problem = startNetconsole(system, netconsole);
    if (problem !== undefined) problems.push(problem);
  }
  system.runAll([{ argv: ['rm', '-f', WAITS_FILE] }]);
  return problems;
}
