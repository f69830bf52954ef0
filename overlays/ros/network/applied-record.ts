import type { System } from '../runtime/system.ts';

/** The changes to one interface, for undoing them. */
export interface LinkRecord {
  /** The interface's number: another one under the same name is another card. */
  readonly index: number;
  /** The configuration that was applied, as text. */
  readonly config: string;
  readonly addresses: readonly string[];
  readonly gateways: readonly { readonly version: 4 | 6; readonly via: string }[];
  readonly master?: string;
  /** Size of the largest packet before it was changed. */
  readonly mtuBefore?: number;
  /** The last options for dhcpcd; undefined: dhcpcd leaves it alone. */
  readonly dhcp?: string;
  /** Commands of post_up wait for an address. */
  readonly isWaiting?: boolean;
}

export interface NetworkRecord {
  /** Bridges, bonds and VLANs that were made, and from what. */
  readonly devices: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, LinkRecord>>;
  /** pre_cmds and post_cmds that were run, as text. */
  readonly commands: string;
  /** Commands of which a program did not exist, by their key: they are run when the network is looked at again. */
  readonly missing?: Readonly<Record<string, readonly string[]>>;
  /** Keys of the reported entries that match no card, as text. */
  readonly unfitting?: string;
  /** Commands of post_cmds wait for addresses. */
  readonly isWaiting?: boolean;
}

const RECORD_FILE = '/run/ros/network.json';

/** The changes since power-on; empty where there is no readable record. */
export function readRecord(system: System): NetworkRecord {
  const nothing: NetworkRecord = { devices: {}, links: {}, commands: '' };
  const text = system.readText(RECORD_FILE);
  if (text === undefined) return nothing;
  try {
    return { ...nothing, ...(JSON.parse(text) as Partial<NetworkRecord>) };
  } catch {
    return nothing;
  }
}

/** Writes it, where it says something new. */
export function writeRecord(system: System, record: NetworkRecord): void {
  const text = `${JSON.stringify(record, undefined, 2)}\n`;
  if (system.readText(RECORD_FILE) !== text) system.writeText(RECORD_FILE, text);
}
