/** Names that RancherOS 1 offered and this system does not, and the replacement: a sentence for each name. */
export interface Gone {
  readonly message: string;
  readonly hint: string;
}

const HEADERS = 'Debian has them: “apt-get install linux-headers-$(uname -r)” in the console of Debian.';
const OWN = 'Write it as a service of your own, with its image, below rancher.services.';
const CONSOLE = 'Consoles are named in rancher.console.';

/** Services of its catalogue. */
export const GONE_SERVICES: Readonly<Record<string, string>> = {
  'alpine-console': CONSOLE,
  'centos-console': CONSOLE,
  crontab: 'The service container-cron starts containers by their label cron.schedule; services have that built in.',
  'debian-console': CONSOLE,
  'fedora-console': CONSOLE,
  'kernel-extras': 'All modules that the release has are in /lib/modules already: leave it out.',
  'kernel-headers': HEADERS,
  'kernel-headers-system-docker': HEADERS,
  'pingan-amc': OWN,
  'rancher-server': OWN,
  'rancher-server-stable': OWN,
  'ubuntu-console': CONSOLE,
};

/** A service of the old catalogue that is gone. */
export function goneService(name: string): Gone | undefined {
  const hint = Object.hasOwn(GONE_SERVICES, name) ? GONE_SERVICES[name] : undefined;
  return hint === undefined
    ? undefined
    : { message: `The service ${name} of RancherOS 1 is not part of this release.`, hint };
}

export const GONE_CONSOLES: ReadonlySet<string> = new Set(['alpine', 'centos', 'fedora', 'ubuntu']);

/** A console of the old catalogue that is gone. */
export function goneConsole(name: string): Gone | undefined {
  return GONE_CONSOLES.has(name)
    ? {
        message: `The console ${name} of RancherOS 1 is not part of this release.`,
        hint: `Take “debian”, or make an image of ${name} a console: “ros console enable IMAGE”.`,
      }
    : undefined;
}
