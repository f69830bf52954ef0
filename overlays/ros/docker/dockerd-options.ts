/** The major version of both dockerds of the release; the lists below belong to it. */
export const DOCKER_MAJOR = 26;

const set = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** Options of dockerd that need no value. */
export const FLAGS = set(
  'cri-containerd debug experimental icc init ip-forward ip-masq ip6tables iptables ipv6 live-restore no-new-privileges raw-logs restart rootless selinux-enabled tls tlsverify userland-proxy',
);

/** Options whose value is a whole number. */
export const NUMBERS = set(
  'cpu-rt-period cpu-rt-runtime max-concurrent-downloads max-concurrent-uploads max-download-attempts mtu network-control-plane-mtu shutdown-timeout',
);

/** All other options of dockerd. */
export const TEXTS = set(
  'add-runtime allow-nondistributable-artifacts api-cors-header authorization-plugin bip bridge cdi-spec-dir cgroup-parent config-file containerd containerd-namespace ' +
    'containerd-plugins-namespace data-root default-address-pool default-cgroupns-mode default-gateway default-gateway-v6 default-ipc-mode default-network-opt default-runtime ' +
    'default-shm-size default-ulimit dns dns-opt dns-search exec-opt exec-root fixed-cidr fixed-cidr-v6 group host host-gateway-ip http-proxy https-proxy init-path insecure-registry ip ' +
    'label log-driver log-format log-level log-opt metrics-addr no-proxy node-generic-resource pidfile registry-mirror seccomp-profile storage-driver storage-opt ' +
    'swarm-default-advertise-addr tlscacert tlscert tlskey userland-proxy-path userns-remap',
);

/** Ways to stack layers that this dockerd is built with. */
export const STORAGE_DRIVERS = ['overlay2', 'fuse-overlayfs', 'btrfs', 'zfs', 'vfs'] as const;

/** Log drivers that this dockerd is built with; besides, `none` and plugins, whose names have a slash or a colon. */
export const LOG_DRIVERS = [
  'json-file',
  'local',
  'none',
  'awslogs',
  'fluentd',
  'gcplogs',
  'gelf',
  'journald',
  'splunk',
  'syslog',
] as const;

/** Names of the past, and those of today. */
export const RENAMED: Readonly<Record<string, string>> = {
  graph: 'data-root',
  'api-enable-cors': 'api-cors-header',
};
