import type { CloudConfig } from '../config/schema.ts';

/** Servers that leases name, one file per interface, by the hook of dhcpcd. */
const NTP_FOLDER = '/run/chrony-dhcp';

/** Whether the clock is set over the network. */
export const isNtpEnabled = (config: CloudConfig): boolean => config.rancher?.ntp?.enabled !== false;

/**
 * Configuration of chronyd, made of the release's own. Servers that somebody named are the only ones; else those of
 * leases count beside the release's, and are preferred, because a site that has its own often lets no others through.
 */
export function chronyConfig(release: string, config: CloudConfig): string {
  const named = (config.rancher?.ntp?.servers ?? []).map((server) => server.trim());
  const servers = named.filter((server) => /^[\w.:-]+$/.test(server)).map((server) => `server ${server} iburst\n`);
  if (servers.length === 0) return `${release.trimEnd()}\nsourcedir ${NTP_FOLDER}\n`;
  return `${release.replace(/^(pool|server) .*\n/gm, '')}${servers.join('')}`;
}
