import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Match } from './interface-match.ts';
import type { Link } from './links.ts';
import type { Complain } from './network-config.ts';

export const isLinkLocal = (address: string): boolean => /^169\.254\.\d+\.\d+\/16$/.test(address);

/**
 * `ipv4ll`: an address of 169.254.0.0/16 beside all others, such as some providers' metadata servers want. It is made of
 * the hardware address, so that it is the same each time; one that somebody else has is passed over. Gives the address
 * that the interface has now.
 */
export function giveLinkLocal(system: System, link: Link, { key, config }: Match, complain: Complain): string[] {
  if (config.ipv4ll !== true) return [];
  const has = link.addresses.find(({ address }) => isLinkLocal(address));
  if (has !== undefined) return [has.address];
  for (const address of candidates(link.mac)) {
    // It answers 1 where somebody has the address; an interface without a cable hears nobody.
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
