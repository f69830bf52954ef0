import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Match } from './interface-match.ts';
import type { Link } from './links.ts';
import type { Complain } from './network-config.ts';

export const isLinkLocal = (address: string): boolean => /^169\.254\.\d+\.\d+\/16$/.test(address);

/**
 * `ipv4ll`: an address of 169.254.0.0/16 beside all others, which some providers' metadata servers need. It is derived from the hardware address, so
 * it is the same each time; an address that another host has is skipped. Returns the address of the interface.
 */
export function giveLinkLocal(system: System, link: Link, { key, config }: Match, complain: Complain): string[] {
  if (config.ipv4ll !== true) return [];
  const has = link.addresses.find(({ address }) => isLinkLocal(address));
  if (has !== undefined) return [has.address];
  for (const address of candidates(link.mac)) {
    // It exits with 1 where another host has the address; without a carrier it hears no answer.
    if (run(system, ['busybox', 'arping', '-D', '-q', '-c', '1', '-w', '1', '-I', link.name, address]).status !== 0)
      continue;
    const words = ['ip', 'address', 'add', `${address}/16`, 'broadcast', '+', 'scope', 'link', 'dev', link.name];
    const { status, stdout } = run(system, words, { withErrors: true });
    if (status === 0) return [`${address}/16`];
    complain(['interfaces', key, 'ipv4ll'], `${link.name} got no link-local address: ${stdout.trim()}`);
    return [];
  }
  complain(['interfaces', key, 'ipv4ll'], `${link.name} got no link-local address: others have all that were tried.`);
  return [];
}

/** RFC 3927 keeps the first and the last 256 addresses for later. */
function candidates(mac: string): string[] {
  let seed = [...mac].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
  return Array.from({ length: 5 }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return `169.254.${1 + ((seed >>> 16) % 254)}.${(seed >>> 8) % 256}`;
  });
}
