import type { CloudConfig } from '../config/schema.ts';
import { isServer, readNtpConf } from './ntp-conf.ts';

/** Servers that leases name, one file per interface, by the hook of dhcpcd. */
const NTP_FOLDER = '/run/chrony-dhcp';
/** Of ntpd, which RancherOS 1 had. The release has no such file. */
export const NTP_CONF = '/etc/ntp.conf';

export interface ChronyConfig {
  readonly text: string;
  /** Sentences about what has no effect. */
  readonly problems: readonly string[];
}

/** Whether the clock is set over the network. */
export const isNtpEnabled = (config: CloudConfig): boolean => config.rancher?.ntp?.enabled !== false;

/**
 * Configuration of chronyd, made of the release's own. Servers that somebody named, in rancher.ntp.servers or else in a file of ntpd, are the
 * only ones; else those of leases count beside the release's, and are preferred, because a site that has its own often lets no others through.
 */
export function chronyConfig(release: string, config: CloudConfig, ntpConf?: string): ChronyConfig {
  const named = (config.rancher?.ntp?.servers ?? []).map((server) => server.trim());
  const given = named.filter(isServer).map((server) => `server ${server} iburst`);
  const { sources, others, problems } =
    ntpConf === undefined ? { sources: [], others: [], problems: [] } : readNtpConf(ntpConf, NTP_CONF);
  const refused = named
    .filter((server) => !isServer(server))
    .map((server) => `rancher.ntp.servers: “${server}” is no name and no address of a server.`);
  const servers = given.length > 0 ? given : sources;
  const base = servers.length > 0 ? release.replace(/^(pool|server) .*\n/gm, '') : `${release.trimEnd()}\n`;
  const last = servers.length > 0 ? servers : [`sourcedir ${NTP_FOLDER}`];
  return {
    text: `${base}${[...last, ...others].map((line) => `${line}\n`).join('')}`,
    problems: [...refused, ...problems],
  };
}
