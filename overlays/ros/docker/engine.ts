import { type Request, type Response, sendAll } from '../runtime/http.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { type ContainerSpec, SPEC_LABEL } from '../services/container.ts';

/** One of the two Dockers of a machine. */
export interface Dockerd {
  /** How a sentence calls it. */
  readonly name: string;
  readonly socket: string;
}

export const SYSTEM_DOCKER: Dockerd = { name: 'System Docker', socket: '/run/system-docker.sock' };
export const USER_DOCKER: Dockerd = { name: "the user's Docker", socket: '/run/docker.sock' };

const API = 'http://docker/v1.45';

export interface Created {
  readonly name: string;
  readonly spec: ContainerSpec;
}

export interface ContainerState {
  readonly name: string;
  readonly image: string;
  /** In words, such as `Up 3 minutes`. */
  readonly status: string;
  /** In one word, such as `running`. */
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A process of a container, with its number outside of it and its command line. */
export interface Process {
  readonly pid: string;
  readonly command: string;
}

interface Inspected {
  readonly RestartCount: number;
  readonly State: { readonly Running: boolean; readonly ExitCode: number };
  readonly Config?: { readonly Labels?: Readonly<Record<string, string>> };
}

/** How long a container may take to end. */
export interface StopLimit {
  /** Seconds in all until it is no longer waited for; without it, it is waited for as long as it takes. */
  readonly maxTime?: number;
  /** Seconds until it is killed, if not the container's own limit. */
  readonly seconds?: number;
}

/** Outcome of creating containers. */
export interface CreateOutcome {
  readonly problems: readonly string[];
  /** Names of containers whose image is missing. */
  readonly lacking: readonly string[];
  /** Names that a container has which is none of ours; it is left as it is. */
  readonly strange: readonly string[];
}

function explain(response: Response, dockerd: Dockerd): string {
  if (response.status === 0) return `${dockerd.name} does not answer`;
  try {
    const answer = JSON.parse(response.body) as { message?: string };
    return answer.message ?? response.body;
  } catch {
    return response.body;
  }
}

function stopRequest(name: string, verb: 'stop' | 'restart', { seconds, maxTime }: StopLimit) {
  const query = seconds === undefined ? '' : `?t=${seconds}`;
  const url = `/containers/${name}/${verb}${query}`;
  return { method: 'POST', url, ...(maxTime === undefined ? {} : { maxTime }) } as const;
}

/** A Docker, called in batches: commands of one call run at the same time. */
export class Engine {
  readonly #system: System;
  readonly dockerd: Dockerd;

  constructor(system: System, dockerd: Dockerd = SYSTEM_DOCKER) {
    this.#system = system;
    this.dockerd = dockerd;
  }

  #send(requests: readonly Omit<Request, 'unixSocket'>[]): Response[] {
    return sendAll(
      this.#system,
      requests.map((request) => ({ ...request, url: API + request.url, unixSocket: this.dockerd.socket })),
    );
  }

  /** Each name's failure, in words; an empty list when all went well. */
  #each(names: readonly string[], good: readonly number[], request: (name: string) => Omit<Request, 'unixSocket'>) {
    const responses = this.#send(names.map(request));
    return responses.flatMap((response, index) =>
      good.includes(response.status) ? [] : [`${names[index]}: ${explain(response, this.dockerd)}`],
    );
  }

  isReady(): boolean {
    return this.#send([{ method: 'GET', url: '/_ping', maxTime: 5 }])[0]?.status === 200;
  }

  /** Creates containers and replaces those of the same name. Returns error messages. */
  create(containers: readonly Created[]): string[] {
    const { problems, lacking } = this.createIfThere(containers);
    const image = (name: string) => containers.find((container) => container.name === name)?.spec.Image;
    return [...problems, ...lacking.map((name) => `${name}: ${this.dockerd.name} has no image ${image(name)}`)];
  }

  /** The same, but a missing image is not an error. */
  createIfThere(containers: readonly Created[]): CreateOutcome {
    const byName = new Map(containers.map((container) => [container.name, container.spec]));
    const names = [...byName.keys()];
    const request = (name: string) =>
      ({ method: 'POST', url: `/containers/create?name=${name}`, json: byName.get(name) }) as const;
    const first = this.#send(names.map(request));
    const taken = names.filter((_, index) => first[index]?.status === 409);
    // In the user's Docker a container of that name may be the user's own, with all that was written into it.
    const strange = this.dockerd === USER_DOCKER ? taken.filter((name) => !this.labelOf(name, SPEC_LABEL)) : [];
    this.#each(
      taken.filter((name) => !strange.includes(name)),
      [],
      (name) => ({ method: 'DELETE', url: `/containers/${name}?force=1` }),
    );
    const lacking = names.filter((_, index) => first[index]?.status === 404);
    const again = names.filter(
      (name, index) => first[index]?.status !== 201 && !lacking.includes(name) && !strange.includes(name),
    );
    const problems = strange.map(
      (name) =>
        `${name}: there is a container of that name that is no service; rename it (docker rename ${name} NEW) or remove it`,
    );
    return { problems: [...problems, ...this.#each(again, [201], request)], lacking, strange };
  }

  start(names: readonly string[]): string[] {
    return this.#each(names, [204, 304], (name) => ({ method: 'POST', url: `/containers/${name}/start` }));
  }

  restart(names: readonly string[], limit: StopLimit = { maxTime: 60 }): string[] {
    return this.#each(names, [204], (name) => stopRequest(name, 'restart', limit));
  }

  kill(names: readonly string[], signal: string): string[] {
    const query = `signal=${encodeURIComponent(signal)}`;
    return this.#each(names, [204], (name) => ({ method: 'POST', url: `/containers/${name}/kill?${query}` }));
  }

  /** Removes stopped containers; with `force` running ones too, with `volumes` their anonymous volumes too. */
  remove(names: readonly string[], force: boolean, volumes: boolean): string[] {
    const query = `force=${force}&v=${volumes}`;
    return this.#each(names, [204, 404], (name) => ({ method: 'DELETE', url: `/containers/${name}?${query}` }));
  }

  /** Waits for containers that run once. */
  waitFor(names: readonly string[]): string[] {
    return this.#each(names, [200], (name) => ({ method: 'POST', url: `/containers/${name}/wait` }));
  }

  /** Stops containers, all at once. After its limit one is no longer waited for. */
  stop(names: readonly string[], limit: number | ((name: string) => StopLimit)): string[] {
    return this.#each(names, [204, 304, 404], (name) =>
      stopRequest(name, 'stop', typeof limit === 'number' ? { maxTime: limit } : limit(name)),
    );
  }

  list(): ContainerState[] {
    const [response] = this.#send([{ method: 'GET', url: '/containers/json?all=1', maxTime: 20 }]);
    if (response?.status !== 200) throw new Failure(response ? explain(response, this.dockerd) : 'no answer');
    const containers = JSON.parse(response.body) as {
      Names: string[];
      Image: string;
      Status: string;
      State: string;
      Labels?: Record<string, string>;
    }[];
    return containers.map(({ Names, Image, Status, State, Labels }) => ({
      name: Names[0]?.replace(/^\//, '') ?? '',
      image: Image,
      status: Status,
      state: State,
      labels: Labels ?? {},
    }));
  }

  /** The value of a container's label; undefined where there is no such container. */
  labelOf(name: string, label: string): string | undefined {
    return this.#inspect(name)?.Config?.Labels?.[label];
  }

  /** Whether a container runs, and how often it was started again; undefined where there is none. */
  healthOf(name: string): { readonly isRunning: boolean; readonly restarts: number } | undefined {
    const found = this.#inspect(name);
    return found && { isRunning: found.State.Running, restarts: found.RestartCount };
  }

  /** Why a container that should be running does not stay, in words; undefined while all is well. */
  errorOf(name: string): string | undefined {
    const found = this.#inspect(name);
    if (found === undefined) return 'does not exist';
    if (found.RestartCount > 0) return 'ended and was started again';
    return found.State.Running ? undefined : `ended with status ${found.State.ExitCode}`;
  }

  /** The processes in a container; none where that is unknown. */
  processes(name: string): readonly Process[] {
    const url = `/containers/${name}/top?ps_args=${encodeURIComponent('-eo pid,args')}`;
    const [response] = this.#send([{ method: 'GET', url, maxTime: 20 }]);
    if (response?.status !== 200) return [];
    const { Processes } = JSON.parse(response.body) as { readonly Processes?: readonly (readonly string[])[] | null };
    return (Processes ?? []).map(([pid = '', ...command]) => ({ pid, command: command.join(' ') }));
  }

  #inspect(name: string): Inspected | undefined {
    const [response] = this.#send([{ method: 'GET', url: `/containers/${name}/json`, maxTime: 20 }]);
    if (response?.status === 404) return undefined;
    if (response?.status !== 200) throw new Failure(response ? explain(response, this.dockerd) : 'no answer');
    return JSON.parse(response.body) as Inspected;
  }

  /** A name that this Docker keeps as long as its images; empty when it does not answer. */
  id(): string {
    const [response] = this.#send([{ method: 'GET', url: '/info', maxTime: 20 }]);
    if (response?.status !== 200) return '';
    return (JSON.parse(response.body) as { ID?: string }).ID ?? '';
  }

  /** Pulls an image; returns a message when that fails. Docker's own client has the registry credentials. */
  pull(image: string): string | undefined {
    const argv = ['docker', '--host', `unix://${this.dockerd.socket}`, 'pull', '--quiet', image];
    const { status, stdout } = run(this.#system, argv, { withErrors: true });
    return status === 0 ? undefined : `${image} cannot be pulled: ${stdout.trim().split('\n').at(-1) ?? ''}`;
  }
}
