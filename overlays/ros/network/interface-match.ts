import type { Network } from '../config/schema.ts';
import { isDockers, type Link } from './links.ts';

export type InterfaceConfig = NonNullable<Network['interfaces']>[string];

/** The configuration of an interface, and the key of its entry. */
export interface Match {
  readonly key: string;
  readonly config: InterfaceConfig;
}

/**
 * Which entry is about an interface: one that names its hardware address (`mac:` or `mac=`), else a pattern of hardware
 * addresses (`mac:52:54:*`), else its name, else a pattern of names. Of several patterns the one with the most letters that
 * are no `*` counts, and of equal ones the first by its text. `match` stands in for the key.
 */
export function matchOf(
  interfaces: NonNullable<Network['interfaces']>,
  link: Pick<Link, 'name' | 'mac' | 'kind'>,
): Match | undefined {
  let best: (Match & { readonly rank: number }) | undefined;
  for (const key of Object.keys(interfaces).sort()) {
    const config = interfaces[key];
    if (config === undefined) continue;
    const rank = rankOf(config.match ?? key, link);
    if (rank > (best?.rank ?? 0)) best = { key, config, rank };
  }
  return best === undefined ? undefined : { key: best.key, config: best.config };
}

/** Whether a pattern fits a name: `*` stands for any letters, `?` for one. */
export function globFits(pattern: string, name: string): boolean {
  const expression = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(name);
}

export const isMac = (match: string): boolean => /^mac[:=]/.test(match);

export const isPattern = (match: string): boolean => !isMac(match) && /[*?]/.test(match);

/** Whether an entry is about an interface at all. */
export const fits = (match: string, link: Pick<Link, 'name' | 'mac' | 'kind'>): boolean => rankOf(match, link) > 0;

/** How much a pattern says. */
const letters = (pattern: string): number => pattern.replace(/[*?]/g, '').length;

/** 0: it is not about this interface. */
function rankOf(match: string, { name, mac, kind }: Pick<Link, 'name' | 'mac' | 'kind'>): number {
  const isNamedOnly = name === 'lo' || isDockers(name);
  if (isMac(match)) {
    // Bonds, bridges and VLANs have the hardware address of a lower device.
    if (kind !== undefined && ['bond', 'bridge', 'vlan'].includes(kind)) return 0;
    const wanted = match.slice(4).trim().toLowerCase().replaceAll('-', ':');
    if (wanted === mac) return 3000;
    return !isNamedOnly && /[*?]/.test(wanted) && globFits(wanted, mac) ? 2000 + letters(wanted) : 0;
  }
  if (match === name) return 1000;
  return isPattern(match) && !isNamedOnly && globFits(match, name) ? 1 + letters(match) : 0;
}
