import { Failure } from '../runtime/system.ts';
import { USER_VOLUMES } from '../state/user-folders.ts';
import { isSystem, type Service, type Services } from './config.ts';
import { digest } from './digest.ts';
import { environmentOf, NOTHING_AROUND, type Surroundings } from './environment.ts';
import { listOf, textsOf } from './key-value.ts';
import { hasNoNetworkOfItsOwn, networkMode } from './network-mode.ts';
import { portsOf } from './ports.ts';
import { bytes, seconds } from './size-and-duration.ts';

/**
 * Label with a digest of all the rest: containers with the same one have the same definition. user-volumes do not count: the console mounts missing
 * ones, and is not made anew, which would lose its own files, because a datasource added a directory.
 */
export const SPEC_LABEL = 'io.rancher.os.spec';

/**
 * containerd's shim looks after all containers that have the same word here. One shim takes 10 MB and, emulated, half a second to start: too
 * much for each of eight services that are a program or two. The user's Docker has its own, so that nothing happens to it with them.
 */
const SHIM_GROUP = { 'io.containerd.runc.v2.group': 'system-services' };
const WITH_OWN_SHIM = ['docker'];

/** Docker's API request to create a container. Keys that are not set are missing. */
export interface ContainerSpec {
  readonly Image: string;
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  /** Seconds to end by itself; Docker's own ten where it is not there. */
  readonly StopTimeout?: number | undefined;
  readonly HostConfig: {
    readonly Binds: readonly string[];
    readonly NetworkMode: string;
    readonly RestartPolicy: { readonly Name: string; readonly MaximumRetryCount?: number };
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

/** Its own volumes and those of the services it takes volumes from, each place in the container once. */
export function volumesOf(services: Services, name: string, seen: readonly string[] = []): string[] {
  if (seen.includes(name)) throw new Failure(`${name} takes volumes from itself`);
  const service = services.get(name);
  if (service === undefined) throw new Failure(`${seen.at(-1)} takes volumes from ${name}, which does not exist`);
  const inherited = (service.volumes_from ?? []).flatMap((each) => {
    const [other = '', mode] = each.split(':');
    if (!services.has(other) && !isSystem(service)) return [];
    const volumes = volumesOf(services, other, [...seen, name]);
    return mode === 'ro' ? volumes.map(readOnly) : volumes;
  });
  // A folder without a source would be a volume that goes with its container; these are to stay.
  const own = (service.volumes ?? []).map((volume) =>
    name === USER_VOLUMES && /^\/[^:]*$/.test(volume) ? `${volume}:${volume}` : volume,
  );
  const byPlace = new Map([...inherited, ...own].map((volume) => [placeOf(volume), volume]));
  return [...byPlace.values()];
}

const placeOf = (volume: string): string => volume.split(':')[1] ?? volume;
const readOnly = (volume: string): string => `${volume.split(':').slice(0, 2).join(':')}:ro`;

/** Containers of the user's Docker that are no services of ours. */
const foreignVolumes = (services: Services, service: Service): readonly string[] =>
  isSystem(service) ? [] : (service.volumes_from ?? []).filter((each) => !services.has(each.split(':')[0] ?? ''));

/** Words as a shell splits them, without all else that a shell does. */
export function words(command: Service['command']): readonly string[] {
  if (command === undefined || typeof command !== 'string') return command ?? [];
  const found = command.match(/(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+/g) ?? [];
  return found.map((word) =>
    word.replace(
      /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g,
      (_, single?: string, double?: string, one?: string) =>
        single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? one ?? '',
    ),
  );
}

/** As in Compose: without a policy it is not restarted. */
function restartPolicy(service: Service): ContainerSpec['HostConfig']['RestartPolicy'] {
  const [name = '', times] = (service.restart ?? 'no').split(':');
  if (name === 'false') return { Name: 'no' };
  return { Name: name, ...(times === undefined ? {} : { MaximumRetryCount: Number(times) }) };
}

/** A volume without a source of its own is one that Docker names. */
const isBind = (volume: string): boolean => volume.includes(':');

export function containerSpec(
  services: Services,
  name: string,
  service: Service,
  around: Surroundings = NOTHING_AROUND,
): ContainerSpec {
  try {
    const spec = uncheckedSpec(services, name, service, around);
    const usersVolumes = services.get(USER_VOLUMES);
    const others = usersVolumes && new Map([...services, [USER_VOLUMES, { ...usersVolumes, volumes: [] }]]);
    const Binds = volumesOf(others ?? services, name).filter(isBind);
    const label = digest(JSON.stringify({ ...spec, HostConfig: { ...spec.HostConfig, Binds } }));
    return { ...spec, Labels: { ...spec.Labels, [SPEC_LABEL]: label } };
  } catch (error) {
    // A definition that no reader checked may hold anything; it costs this service alone.
    const why = error instanceof Failure ? error.message : `its definition cannot be used (${String(error)})`;
    throw new Failure(`service ${name}: ${why}`);
  }
}

function uncheckedSpec(services: Services, name: string, service: Service, around: Surroundings): ContainerSpec {
  const volumes = volumesOf(services, name);
  const ports = portsOf(service.ports ?? [], service.expose ?? []);
  const network = networkMode(service);
  const shares = hasNoNetworkOfItsOwn(network);
  const env = environmentOf(name, service, around, (file) => {
    throw new Failure(`its env_file ${file} does not exist`);
  });
  return given({
    Image: service.image,
    Cmd: words(service.command),
    Entrypoint: service.entrypoint === undefined ? undefined : words(service.entrypoint),
    Env: env,
    Labels: service.labels ?? {},
    StopTimeout: graceOf(service),
    StopSignal: service.stop_signal,
    User: service.user,
    WorkingDir: service.working_dir,
    Hostname: service.uts === 'host' ? undefined : service.hostname,
    Domainname: service.domainname,
    OpenStdin: service.stdin_open,
    Tty: service.tty,
    Volumes: Object.fromEntries(volumes.filter((each) => !isBind(each)).map((each) => [each, {}])),
    ExposedPorts: shares ? undefined : ports.exposed,
    NetworkingConfig:
      service.mac_address === undefined || shares
        ? undefined
        : { EndpointsConfig: { [network]: { MacAddress: service.mac_address } } },
    HostConfig: given({
      Binds: volumes.filter(isBind),
      VolumesFrom: foreignVolumes(services, service),
      VolumeDriver: service.volume_driver,
      Annotations: isSystem(service) && !WITH_OWN_SHIM.includes(name) ? SHIM_GROUP : undefined,
      CgroupnsMode: service.cgroup ?? 'private',
      CgroupParent: service.cgroup_parent,
      IpcMode: service.ipc ?? 'private',
      NetworkMode: network,
      PidMode: service.pid ?? '',
      UTSMode: service.uts ?? '',
      Privileged: service.privileged ?? false,
      ReadonlyRootfs: service.read_only ?? false,
      RestartPolicy: restartPolicy(service),
      PortBindings: shares ? undefined : ports.bindings,
      // Docker refuses a container that has both, and on the machine's network everybody is at 127.0.0.1 anyway.
      Links: (service.links || service.external_links) && network !== 'host' ? linksOf(service) : undefined,
      CapAdd: service.cap_add,
      CapDrop: service.cap_drop,
      SecurityOpt: service.security_opt,
      Devices: service.devices?.map(deviceOf),
      Dns: service.dns === undefined ? undefined : listOf(service.dns),
      DnsOptions: service.dns_opt === undefined ? undefined : listOf(service.dns_opt),
      GroupAdd: service.group_add === undefined ? undefined : listOf(service.group_add),
      DnsSearch: service.dns_search === undefined ? undefined : listOf(service.dns_search),
      ExtraHosts: service.extra_hosts,
      LogConfig:
        service.log_driver === undefined && service.log_opt === undefined
          ? undefined
          : { Type: service.log_driver ?? 'json-file', Config: textsOf(service.log_opt) },
      ...limits(service),
      Sysctls: service.sysctls === undefined ? undefined : textsOf(service.sysctls),
      Tmpfs: service.tmpfs === undefined ? undefined : tmpfsOf(service.tmpfs),
      Ulimits: service.ulimits === undefined ? undefined : Object.entries(service.ulimits).map(ulimitOf),
    }),
  });
}

/** Seconds that a service names for its end; undefined where it leaves that to Docker, -1 for as long as it takes. */
export function graceOf({ stop_grace_period }: Service): number | undefined {
  return stop_grace_period === undefined ? undefined : seconds(stop_grace_period, 'stop_grace_period');
}

function limits(service: Service): Readonly<Record<string, unknown>> {
  const size = (key: 'mem_limit' | 'memswap_limit' | 'mem_reservation' | 'shm_size') => {
    const value = service[key];
    return value === undefined ? undefined : bytes(value, key);
  };
  return {
    Memory: size('mem_limit'),
    MemorySwap: size('memswap_limit'),
    MemoryReservation: size('mem_reservation'),
    ShmSize: size('shm_size'),
    CpuShares: service.cpu_shares,
    CpuQuota: service.cpu_quota,
    CpuPeriod: service.cpu_period,
    CpusetCpus: service.cpuset,
    OomKillDisable: service.oom_kill_disable,
    OomScoreAdj: service.oom_score_adj,
    PidsLimit: service.pids_limit,
  };
}

const linksOf = ({ links = [], external_links = [] }: Service): string[] =>
  [...links, ...external_links].map((link) => (link.includes(':') ? link : `${link}:${link}`));

function deviceOf(device: string): object {
  const [source = '', target = source, mode = 'rwm'] = device.split(':');
  if (!source.startsWith('/')) throw new Failure(`devices: “${device}” is not source:target[:mode]`);
  return /^[rwm]+$/.test(target)
    ? { PathOnHost: source, PathInContainer: source, CgroupPermissions: target }
    : { PathOnHost: source, PathInContainer: target, CgroupPermissions: mode };
}

const tmpfsOf = (tmpfs: string | readonly string[]): object =>
  Object.fromEntries(
    listOf(tmpfs).map((each) => {
      const [place = '', ...options] = each.split(':');
      return [place, options.join(':')];
    }),
  );

function ulimitOf([name, limit]: [string, number | Readonly<Record<string, number>>]): object {
  const { soft, hard } = typeof limit === 'number' ? { soft: limit, hard: limit } : limit;
  if (soft === undefined || hard === undefined) throw new Failure(`ulimits: ${name} is a number, or has soft and hard`);
  return { Name: name, Soft: soft, Hard: hard };
}

function given<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
