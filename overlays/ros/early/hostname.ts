import type { CloudConfig } from '../config/schema.ts';
import { hostnameOf } from '../config/sources.ts';
import { must } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

const HOSTS = '/etc/hosts';

/** The kernel's name of the machine, and a line in /etc/hosts by which it finds itself. */
export function setHostname(system: System, config: CloudConfig): void {
  const name = hostnameOf(config);
  must(system, ['hostname', name]);
  system.writeText('/etc/hostname', `${name}\n`);
  const hosts = system.readText(HOSTS) ?? '127.0.0.1 localhost\n127.0.1.1 rancher\n';
  const [short] = name.split('.');
  const names = short === name ? name : `${name} ${short}`;
  // The file is a mount in every service: it must stay the same file.
  system.writeText(HOSTS, hosts.replace(/^127\.0\.1\.1\s.*$/m, `127.0.1.1 ${names}`));
}
