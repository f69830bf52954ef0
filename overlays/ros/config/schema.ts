import { BOOTSTRAP_DOCKER, DOCKER, SYSTEM_DOCKER } from './schema-docker.ts';
import { MOUNTS, WRITE_FILES } from './schema-files.ts';
import { DNS, NETWORK } from './schema-network.ts';
import { SERVICE } from './schema-service.ts';
import { STATE } from './schema-state.ts';
import { commands, flag, group, named, text, textMap, texts, type Value, whole, words } from './schema-words.ts';

const HOSTNAME = {
  title: 'a name of at most 64 letters, digits, dots and dashes',
  pattern: '^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?$',
} as const;
const GONE = { deprecated: true } as const;

const RANCHER = group('Everything that only RancherOS knows.', {
  // Services
  services: named('Services of your own or of the system, by name.', SERVICE),
  services_include: named('Services of the catalogue that are started, by name, path or URL.', {
    type: 'boolean',
  }),
  console: text('Console that is used.', { default: 'default' }),
  force_console_rebuild: flag('Make the console anew at the next start.', { default: false }),
  environment: textMap('Variables that services may use.'),
  repositories: named('Catalogues of services, by name.', group('A catalogue.', { url: text('Where it lies.') })),
  registry_auths: named(
    'Accounts by registry.',
    group('An account; auth is user and password with a colon between them, in base64.', {
      username: text('User.'),
      password: text('Password.', { secret: true }),
      auth: text('Both in one.', { secret: true }),
      email: text('No registry asks for it any more.', GONE),
      serveraddress: text('Address of the registry, where the name of the account is another.'),
      identitytoken: text('Token that stands for the password.', { secret: true }),
      registrytoken: text('Token that is sent as it is.', { secret: true }),
    }),
  ),
  restart_services: texts('Services that are restarted once the console has been prepared.'),
  preload: texts('Further directories or archives of images that are loaded at start.'),
  preload_wait: flag('Services of the user always wait for the images that are preloaded.', GONE),
  http_load_retries: whole('How often a definition is asked for again over the network.'),
  // Engines
  docker: DOCKER,
  system_docker: SYSTEM_DOCKER,
  bootstrap_docker: BOOTSTRAP_DOCKER,
  // The machine
  network: NETWORK,
  dns: { ...DNS, description: 'The same as rancher.network.dns, which wins.' },
  ntp: group('The clock.', {
    enabled: flag('Set the clock over the network.', { default: true }),
    servers: texts('Servers instead of those that the release names.'),
  }),
  modules: texts('Kernel modules that are loaded at start, with their options.'),
  sysctl: textMap('Kernel settings, such as net.ipv4.ip_forward.'),
  resize_device: text('Disk whose last partition grows to the end at the first start.'),
  state: STATE,
  hypervisor_service: flag('Start the agent of the hypervisor that is found.', { default: true }),
  docker_machine_login: flag(
    'On VMware, let docker-machine in: guest operations may log in as docker with the password tcuser until the first key is installed.',
    { default: false },
  ),
  shutdown_timeout: whole('Seconds until a shutdown that hangs is forced.', { default: 60, minimum: 5 }),
  // Access to the machine
  ssh: group('The SSH server of the console.', {
    daemon: flag('Start it.', { default: true }),
    port: whole('Port on which it listens.', { default: 22, minimum: 1, maximum: 65535 }),
    listen_address: text('Address on which it listens; else all.', {
      title: 'an address',
      pattern: '^[\\w.:%[\\]-]+$',
      closed: '127.0.0.1',
    }),
    keys: textMap("The server's own keys, by kind; made at the first start.", { secret: true }),
  }),
  password: text('Password of the user rancher; there is none without it.', { secret: true }),
  autologin: words('Terminals on which nobody needs to log in, such as tty1.'),
  disable: texts('What is not to be obeyed on the kernel command line: password, autologin.', {
    closed: ['password', 'autologin'],
  }),
  recovery: flag('Start the recovery console instead of everything else.', { default: false }),
  // The start
  cloud_init: group('Where configuration comes from.', {
    datasources: texts(
      'Sources that are asked, such as configdrive, ec2, file:PATH or url:URL; the first that answers wins.',
    ),
  }),
  debug: flag('Log more, everywhere.', { default: false }),
  log: flag('Show the log of the start on the console.', { default: false }),
  upgrade: group('Where newer releases are found.', {
    url: text('List of releases.'),
    image: text('A release comes as files, and not as an image.', GONE),
    rollback: text('A release comes as files, and not as an image.', GONE),
    policy: text('Nothing asks for releases by itself.', GONE),
  }),
  defaults: group('What holds until something else is set; part of the release.', {
    hostname: text('Hostname.', HOSTNAME),
    docker: DOCKER,
    network: NETWORK,
  }),
  // Known, without effect
  autoformat: { ...named('Devices are named in rancher.state.autoformat.', SERVICE), ...GONE },
  bootstrap: { ...named('There are no containers before System Docker any more.', SERVICE), ...GONE },
  cloud_init_services: { ...named('There are no containers before System Docker any more.', SERVICE), ...GONE },
  default_network: { ...NETWORK, ...GONE, description: 'Write rancher.defaults.network.' },
  rm_usr: flag('The system is never copied to the disk.', GONE),
  no_sharedroot: flag('The root is always shared.', GONE),
});

/** The cloud-config, baked in by the build or given to the machine. */
export const CLOUD_CONFIG = group('The cloud-config.', {
  hostname: text('Hostname.', HOSTNAME),
  ssh_authorized_keys: texts('Public keys that may log in as rancher and docker.'),
  write_files: WRITE_FILES,
  mounts: MOUNTS,
  bootcmd: commands('Commands early in the start, before the state is looked for.'),
  runcmd: commands('Commands once the console has been prepared.'),
  rancher: RANCHER,
});

export type CloudConfig = Value<typeof CLOUD_CONFIG>;
export type Rancher = Value<typeof RANCHER>;
export type Network = Value<typeof NETWORK>;
export type DockerOptions = Value<typeof DOCKER>;
export type ServiceConfig = Value<typeof SERVICE>;
export type WriteFile = NonNullable<CloudConfig['write_files']>[number];
