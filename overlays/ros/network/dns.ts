import type { CloudConfig } from '../config/schema.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Complain } from './network-config.ts';
import { addressBits } from './subnet.ts';

/** Read by /usr/sbin/resolvconf, which joins them with those of leases. */
const FOLDER = '/run/ros/resolv';

/**
 * Configured name servers and search domains, before those of DHCP. The release's own name servers are used only where none is configured and no
 * interface uses DHCP.
 */
export function applyDns(system: System, config: CloudConfig, usesDhcp: boolean, complain: Complain): void {
  const given = { ...config.rancher?.dns, ...config.rancher?.network?.dns };
  const servers = (given.nameservers ?? []).filter((server) => {
    const isAddress = addressBits(server.trim()) !== undefined;
    if (!isAddress) complain(['dns', 'nameservers'], noNameserver(server));
    return isAddress;
  });
  const fallback = usesDhcp ? [] : (config.rancher?.defaults?.network?.dns?.nameservers ?? []);
  const search = given.search ?? [];
  const configured = [
    ...servers.map((server) => `nameserver ${server.trim()}\n`),
    ...(search.length > 0 ? [`search ${search.join(' ')}\n`] : []),
  ].join('');
  const last = fallback.map((server) => `nameserver ${server}\n`).join('');
  if (isAsBefore(system, 'static', configured) && isAsBefore(system, 'fallback', last)) return;
  const script = 'mkdir -p "$1" && printf %s "$2" >"$1/static" && printf %s "$3" >"$1/fallback" && exec resolvconf -u';
  const { status, stdout } = run(system, ['sh', '-c', script, 'ros', FOLDER, configured, last], { withErrors: true });
  if (status !== 0) complain(['dns'], `/etc/resolv.conf was not written: ${stdout.trim()}`);
}

export const noNameserver = (server: string): string => `“${server}” is no address; name servers are given by address.`;

const isAsBefore = (system: System, name: string, text: string): boolean =>
  (system.readText(`${FOLDER}/${name}`) ?? '') === text;
