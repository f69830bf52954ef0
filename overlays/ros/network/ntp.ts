import type { CloudConfig } from '../config/schema.ts';
import { isServer, readNtpConf } from './ntp-conf.ts';

/** Servers that leases name, one file per interface, by the hook of dhcpcd. */
const NTP_FOLDER = '/run/chrony-dhcp';
/** Of ntpd, which RancherOS 1 had. The release has no such file. */
export const NTP_CONF = '/etc/ntp.conf';

export interface ChronyConfig {
  readonly text: string;
  /** Messages about lines without effect. */
  readonly problems: readonly string[];
}

/** Whether the clock is set over the network. */
export const isNtpEnabled = (config: CloudConfig): boolean => config.rancher?.ntp?.enabled !== false;

/**
 * chronyd's configuration, based on the release's. Configured servers, of rancher.ntp.servers or else of a file of ntpd, are the only ones;
 * otherwise those of leases are used beside the release's and preferred, because a site with its own servers often blocks others.
 */
export function chronyConfig(release: string, config: CloudConfig, ntpConf?: string): ChronyConfig {
  const named = (config.rancher?.ntp?.servers ?? []).map((server) => server.trim());
  const given = named.filter(isServer).map((server) => `server ${server} iburst`);
  const { sources, others, problems } =
    ntpConf === undefined ? { sources: [], others: [], problems: [] } : readNtpConf(ntpConf, NTP_CONF);
  const refused = named.filter((server) => !isServer(server)).map(noTimeServer);
  const servers = given.length > 0 ? given : sources;
  const base = servers.length > 0 ? release.replace(/^(pool|server) .*\n/gm, '') : `${release.trimEnd()}\n`;
  const last = servers.length > 0 ? servers : [`sourcedir ${NTP_FOLDER}`];
  return {
    text: `${base}${[...last, ...others].map((line) => `${line}\n`).join('')}`,
    problems: [...refused, ...problems],
  };
}

export const noTimeServer = (server: string): string =>
  `rancher.ntp.servers: “${server}” is no name and no address of a server.`;
