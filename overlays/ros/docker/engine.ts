import { type Request, type Response, sendAll } from '../runtime/http.ts';
import { Failure, type System } from '../runtime/system.ts';
import type { ContainerSpec } from '../services/container.ts';

const SYSTEM_SOCKET = '/run/system-docker.sock';
const API = 'http://docker/v1.45';

export interface Created {
  readonly name: string;
  readonly spec: ContainerSpec;
}

export interface ContainerState {
  readonly name: string;
  readonly image: string;
  readonly status: string;
}

interface Inspected {
  readonly RestartCount: number;
  readonly State: { readonly Running: boolean; readonly ExitCode: number };
  readonly Config?: { readonly Labels?: Readonly<Record<string, string>> };
}

function explain(response: Response): string {
  if (response.status === 0) return 'System Docker does not answer';
  try {
    const answer = JSON.parse(response.body) as { message?: string };
    return answer.message ?? response.body;
  } catch {
    return response.body;
  }
}

/** System Docker, spoken to in batches: what is passed together happens at the same time. */
export class Engine {
  readonly #system: System;

  constructor(system: System) {
    this.#system = system;
  }

  #send(requests: readonly Omit<Request, 'unixSocket'>[]): Response[] {
    return sendAll(
      this.#system,
      requests.map((request) => ({ ...request, url: API + request.url, unixSocket: SYSTEM_SOCKET })),
    );
  }

  /** Each name's failure, in words; an empty list when all went well. */
  #each(names: readonly string[], good: readonly number[], request: (name: string) => Omit<Request, 'unixSocket'>) {
    const responses = this.#send(names.map(request));
    return responses.flatMap((response, index) =>
      good.includes(response.status) ? [] : [`${names[index]}: ${explain(response)}`],
    );
  }

  isReady(): boolean {
    return this.#send([{ method: 'GET', url: '/_ping', maxTime: 5 }])[0]?.status === 200;
  }

  waitUntilReady(seconds: number): void {
    for (let tries = seconds * 10; tries > 0; tries--) {
      if (this.isReady()) return;
      this.#system.sleep(100);
    }
    throw new Failure(`System Docker did not answer within ${seconds} seconds`);
  }

  /** Creates containers, in place of any that have their names. */
  create(containers: readonly Created[]): string[] {
    const byName = new Map(containers.map((container) => [container.name, container.spec]));
    const request = (name: string) =>
      ({ method: 'POST', url: `/containers/create?name=${name}`, json: byName.get(name) }) as const;
    const responses = this.#send([...byName.keys()].map(request));
    const taken = [...byName.keys()].filter((_, index) => responses[index]?.status === 409);
    this.#each(taken, [], (name) => ({ method: 'DELETE', url: `/containers/${name}?force=1` }));
    const failed = [...byName.keys()].filter((_, index) => responses[index]?.status !== 201);
    return this.#each(failed, [201], request);
  }

  start(names: readonly string[]): string[] {
    return this.#each(names, [204, 304], (name) => ({ method: 'POST', url: `/containers/${name}/start` }));
  }

  /** Waits for containers that run once. */
  waitFor(names: readonly string[]): string[] {
    return this.#each(names, [200], (name) => ({ method: 'POST', url: `/containers/${name}/wait` }));
  }

  /** Stops containers; the limit is over and above what each one has been given to end by itself. */
  stop(names: readonly string[], maxTime: number): string[] {
    return this.#each(names, [204, 304, 404], (name) => ({
      method: 'POST',
      url: `/containers/${name}/stop`,
      maxTime,
    }));
  }

  list(): ContainerState[] {
    const [response] = this.#send([{ method: 'GET', url: '/containers/json?all=1', maxTime: 20 }]);
    if (response?.status !== 200) throw new Failure(response ? explain(response) : 'no answer');
    const containers = JSON.parse(response.body) as { Names: string[]; Image: string; Status: string }[];
    return containers.map(({ Names, Image, Status }) => ({
      name: Names[0]?.replace(/^\//, '') ?? '',
      image: Image,
      status: Status,
    }));
  }

  /** What a container has in a label; undefined where there is no such container. */
  labelOf(name: string, label: string): string | undefined {
    return this.#inspect(name)?.Config?.Labels?.[label];
  }

  /** Why a container that should be running does not stay, in words; undefined while all is well. */
  troubleOf(name: string): string | undefined {
    const found = this.#inspect(name);
    if (found === undefined) return 'does not exist';
    if (found.RestartCount > 0) return 'ended and was started again';
    return found.State.Running ? undefined : `ended with status ${found.State.ExitCode}`;
  }

  #inspect(name: string): Inspected | undefined {
    const [response] = this.#send([{ method: 'GET', url: `/containers/${name}/json`, maxTime: 20 }]);
    if (response?.status === 404) return undefined;
    if (response?.status !== 200) throw new Failure(response ? explain(response) : 'no answer');
    return JSON.parse(response.body) as Inspected;
  }
}
