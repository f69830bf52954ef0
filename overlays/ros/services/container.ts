import { Failure } from '../runtime/system.ts';
import type { Service, Services } from './config.ts';

/** What Docker's API wants to know to create a container. */
export interface ContainerSpec {
  readonly Image: string;
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly StopTimeout: number;
  readonly HostConfig: {
    readonly Binds: readonly string[];
    readonly CgroupnsMode: string;
    readonly IpcMode: string;
    readonly NetworkMode: string;
    readonly PidMode: string;
    readonly UTSMode: string;
    readonly Privileged: boolean;
    readonly ReadonlyRootfs: boolean;
    readonly RestartPolicy: { readonly Name: string };
  };
}

/** Its own volumes and those of the services it takes volumes from, each place in the container once. */
export function volumesOf(services: Services, name: string, seen: readonly string[] = []): string[] {
  if (seen.includes(name)) throw new Failure(`${name} takes volumes from itself`);
  const service = services.get(name);
  if (service === undefined) throw new Failure(`${seen.at(-1)} takes volumes from ${name}, which does not exist`);
  const inherited = (service.volumes_from ?? []).flatMap((other) => volumesOf(services, other, [...seen, name]));
  const byPlace = new Map([...inherited, ...(service.volumes ?? [])].map((volume) => [volume.split(':')[1], volume]));
  return [...byPlace.values()];
}

/** Seconds between the wish to end and the end; most services need none of them, and a reboot waits for all. */
function stopTimeout(name: string, period = '3s'): number {
  if (period === 'unlimited') return -1;
  const seconds = /^(\d+)s$/.exec(period)?.[1];
  if (seconds === undefined) throw new Failure(`service ${name}: stop_grace_period is seconds (20s) or unlimited`);
  return Number(seconds);
}

const words = (command: Service['command']): readonly string[] =>
  typeof command === 'string' ? command.split(/\s+/) : (command ?? []);

export function containerSpec(services: Services, name: string, service: Service): ContainerSpec {
  return {
    Image: service.image,
    Cmd: words(service.command),
    Env: service.environment ?? [],
    Labels: service.labels ?? {},
    StopTimeout: stopTimeout(name, service.stop_grace_period),
    HostConfig: {
      Binds: volumesOf(services, name),
      CgroupnsMode: service.cgroup ?? 'private',
      IpcMode: service.ipc ?? 'private',
      NetworkMode: service.net ?? 'none',
      PidMode: service.pid ?? '',
      UTSMode: service.uts ?? '',
      Privileged: service.privileged ?? false,
      ReadonlyRootfs: service.read_only ?? false,
      RestartPolicy: { Name: service.restart ?? 'no' },
    },
  };
}
