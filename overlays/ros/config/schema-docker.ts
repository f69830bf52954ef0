import { flag, group, pairs, text, textMap, texts, words } from './schema-words.ts';

const OPTIONS = {
  bip: text('Address of the bridge docker0, such as 172.18.42.1/16.', {
    title: 'an address with the length of its prefix',
    pattern: '^[0-9A-Fa-f.:]+/[0-9]{1,3}$',
  }),
  bridge: text('Bridge instead of docker0; none: no bridge.'),
  config_file: text("dockerd's own file of options."),
  containerd: text("Socket of a containerd that is not dockerd's own."),
  debug: flag('Log more.', { default: false }),
  default_address_pools: texts('Ranges for further networks, each as base/prefix,size.'),
  exec_root: text('Folder of the state of running containers.'),
  group: text('Group that may use the socket.'),
  graph: text('Folder of images, containers and volumes.'),
  host: words('Where dockerd listens.'),
  insecure_registry: texts('Registries that are spoken to without a certificate.'),
  live_restore: flag('Containers go on running while dockerd does not.'),
  log_driver: text('Where the output of containers goes.'),
  log_opts: textMap('Options of log_driver.'),
  mtu: { type: 'integer', minimum: 68, maximum: 65536, description: 'Size of the largest packet of its networks.' },
  pid_file: text('File with the number of its process.'),
  registry_mirror: words('Registry that is asked before Docker Hub.'),
  restart: flag('The restart policy of each container says whether it comes back.', { deprecated: true }),
  selinux_enabled: flag('There is no policy of SELinux.', { deprecated: true }),
  storage_context: text('The files that dockerd sees are those of the console.', { deprecated: true }),
  storage_driver: text('How layers are stacked.'),
  userland_proxy: flag('A process for each published port; there is none, so true has no effect.'),
  userns_enabled: flag('User numbers of containers are not those of the system.', { closed: true }),
} as const;

const RUNNING = {
  engine: text('Engine by name; there is one, that of the release, and any other is told.'),
  environment: pairs('Environment of dockerd.'),
  args: texts('All arguments of dockerd, in place of those that the keys here make.'),
  extra_args: texts('Further arguments of dockerd.'),
  exec: flag('The service docker starts it.', { deprecated: true }),
} as const;

const TLS = {
  tls: flag('Listen on port 2376 for those who have a certificate.', { default: false, closed: true }),
  tls_args: texts('Arguments of dockerd where tls is true.'),
  ca_cert: text('Certificate of the authority that signs the others.', { secret: true }),
  ca_key: text('Its key.', { secret: true }),
  server_cert: text('Certificate of this machine.', { secret: true }),
  server_key: text('Its key.', { secret: true }),
} as const;

const ALL = { ...OPTIONS, ...RUNNING, ...TLS } as const;

export const DOCKER = group("The user's Docker.", ALL);
export const SYSTEM_DOCKER = group(
  'System Docker, which runs the services. It is PID 1, so only debug, insecure_registry, registry_mirror and log_opts are obeyed.',
  ALL,
);
/** Understood so that files of RancherOS 1 raise no false alarm: there is no third Docker any more. */
export const BOOTSTRAP_DOCKER = {
  ...group('There is no Docker before System Docker any more.', ALL),
  deprecated: true,
} as const;
