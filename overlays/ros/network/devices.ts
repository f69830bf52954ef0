import type { Network } from '../config/schema.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { type Step, takeSteps } from './ip.ts';
import type { Link } from './links.ts';
import { bondsOf, bridgesOf, type Complain, type VlanWanted } from './network-config.ts';

/** A bridge, bond or VLAN that has to exist. */
export interface Device {
  readonly name: string;
  readonly kind: 'bridge' | 'bond' | 'vlan';
  /** The arguments of `ip` for it; when they change, it is made anew. */
  readonly words: readonly string[];
  /** Options that can be changed while it exists. */
  readonly options: readonly string[];
  readonly path: readonly string[];
}

/** Bridges and bonds; VLANs come when the device below them exists. */
export function bridgesAndBonds(interfaces: NonNullable<Network['interfaces']>, complain: Complain): Device[] {
  const bridges = [...bridgesOf(interfaces, complain)].map(
    (name): Device => ({
      name,
      kind: 'bridge',
      words: ['name', name, 'type', 'bridge'],
      options: [],
      path: ['interfaces', name, 'bridge'],
    }),
  );
  const bonds = [...bondsOf(interfaces, complain)].map(
    ([name, options]): Device => ({
      name,
      kind: 'bond',
      words: ['name', name, 'type', 'bond'],
      options: bondOptions(options),
      path: ['interfaces', name, 'bond_opts'],
    }),
  );
  return [...bridges, ...bonds];
}

export function vlanDevice(key: string, parent: string, { id, name }: VlanWanted): Device {
  const words = ['link', parent, 'name', name, 'type', 'vlan', 'id', String(id)];
  return { name, kind: 'vlan', words, options: [], path: ['interfaces', key, 'vlans'] };
}

/** Those that others build on come first: the mode, and miimon, without which no delay can be set. */
function bondOptions(options: Readonly<Record<string, string>>): string[] {
  const first = ['mode', 'miimon'];
  const rank = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length);
  const entries = Object.entries(options).sort(([one], [other]) => rank(one) - rank(other));
  return entries.flatMap(([name, value]) => [name, value.trim()]);
}

const textOf = ({ words, options }: Device): string => [...words, ...options].join(' ');

/** The record's data about devices. */
export function deviceRecord(devices: readonly Device[]): Readonly<Record<string, string>> {
  return Object.fromEntries(devices.map((device) => [device.name, textOf(device)]));
}

/**
 * Makes missing devices, and changes those whose options changed. An existing one of the same kind is used as it is. Returns whether interfaces
 * changed.
 */
export function makeDevices(
  system: System,
  devices: readonly Device[],
  context: {
    readonly links: readonly Link[];
    readonly before: Readonly<Record<string, string>>;
    readonly complain: Complain;
  },
): boolean {
  const steps = devices.flatMap((device) => stepsOf(device, context));
  if (steps.length === 0) return false;
  // Loaded without it, the module makes a bond0 of its own.
  if (devices.some(({ kind }) => kind === 'bond')) run(system, ['modprobe', '-q', 'bonding', 'max_bonds=0']);
  takeSteps(system, steps, context.complain);
  return true;
}

function stepsOf(
  device: Device,
  context: {
    readonly links: readonly Link[];
    readonly before: Readonly<Record<string, string>>;
    readonly complain: Complain;
  },
): Step[] {
  const { name, kind, words, options, path } = device;
  const link = context.links.find((one) => one.name === name);
  const recorded = context.before[name];
  const add = { words: ['link', 'add', ...words, ...options], path };
  if (link === undefined) return [add];
  if (link.kind !== kind) {
    context.complain(path, `${name} exists and is no ${kind}; choose another name.`);
    return [];
  }
  const isSame = recorded === undefined ? sameVlan(device, link) : recorded === textOf(device);
  if (isSame && (recorded !== undefined || options.length === 0)) return [];
  if (kind === 'vlan') return [{ words: ['link', 'delete', name], path }, add];
  // A bond changes its mode only while it is down and has no members; the kernel says so where that is not so.
  return options.length === 0 ? [] : [{ words: ['link', 'set', name, 'type', kind, ...options], path }];
}

function sameVlan({ kind, words }: Device, { parent, vlan }: Link): boolean {
  return kind !== 'vlan' || (words[1] === parent && words[6] === String(vlan));
}

/** Removes devices that were made before and are no longer configured. Returns whether interfaces changed. */
export function removeDevices(
  system: System,
  names: readonly string[],
  context: { readonly links: readonly Link[]; readonly complain: Complain },
): boolean {
  const gone = names.filter((name) => context.links.some((link) => link.name === name));
  // A VLAN goes with the device below it: from the top down.
  const vlansFirst = [...gone].sort((one, other) => depth(context.links, other) - depth(context.links, one));
  const steps = vlansFirst.map((name) => ({ words: ['link', 'delete', name], path: ['interfaces', name] }));
  takeSteps(system, steps, context.complain);
  return steps.length > 0;
}

/** How many devices lie below. */
export function depth(links: readonly Link[], name: string, seen: readonly string[] = []): number {
  const link = links.find((one) => one.name === name);
  if (link === undefined || seen.includes(name)) return 0;
  if (link.kind === 'vlan' && link.parent !== undefined) return depth(links, link.parent, [...seen, name]) + 1;
  if (link.kind === 'bond') return 1;
  return link.kind === 'bridge' ? 3 : 0;
}
