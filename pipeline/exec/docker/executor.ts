import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import type { Digest } from '../../core/digest.ts';
import { digestOf } from '../../core/digest.ts';
import { BuildError } from '../../core/failure.ts';
import { harmless } from '../../core/harmless.ts';
import { interrupted } from '../../core/interrupted.ts';
import type { Executor, RunRequest } from '../../core/ports.ts';
import type { Command } from '../../core/step.ts';
import { daemonFailed, daemonSeesNoPath } from '../messages.ts';
import { demandSuccess } from '../outcome.ts';
import { feed, type ProcessResult } from '../process.ts';
import { type ResolvedCommand, resolvedCommand } from '../resolved-command.ts';
import { Tail } from '../tail.ts';
import { withWorkFolder } from '../work-folder.ts';
import { DaemonError, DockerApi } from './api.ts';
import { containerOf } from './container.ts';
import { framesOf } from './frames.ts';
import { importedImage } from './image.ts';
import { removeAbandoned, removeContainer } from './labels.ts';

interface ToolImage {
  readonly digest: Digest;
  readonly tar: string;
}

/** What a daemon says of itself. */
interface DaemonInfo {
  readonly OSType?: string;
  readonly SecurityOptions?: readonly string[];
}

/** Runs each command of a step in a container of a Docker daemon on a local socket. */
export class DockerExecutor implements Executor {
  readonly name = 'docker';
  readonly isolated = true;
  readonly #api: DockerApi;
  readonly #images = new Map<Digest, Promise<string>>();
  #user: Promise<string> | undefined;

  constructor(options: { readonly socket: string }) {
    this.#api = new DockerApi(options.socket);
  }

  get socket(): string {
    return this.#api.socket;
  }

  async run(request: RunRequest): Promise<void> {
    if (request.type !== 'tool') throw new Error('Docker runs tools only');
    const { signal, title } = request;
    try {
      const image = await this.#imageOf(request.image, signal);
      await withWorkFolder(request, async (work) => {
        for (const command of request.commands) {
          const resolved = await resolvedCommand(command, request, work);
          const result = await this.#runOne(image, { command, resolved, request, work });
          demandSuccess(result, { title, command: resolved, seconds: request.limits.seconds });
        }
      });
    } catch (error) {
      throw signal.aborted ? new BuildError(interrupted(), { cause: error }) : this.#told(error, title);
    }
  }

  /**
   * Whether the daemon can run a step here; the words say why not. One is run, with files below `folder`, where those of the steps will lie:
   * a daemon in another mount namespace or on another machine sees other files there.
   */
  async probe(image: ToolImage, folder: string, signal: AbortSignal): Promise<string | undefined> {
    const secret = randomBytes(16).toString('hex');
    const [input, outFolder] = [path.join(folder, 'seen'), path.join(folder, 'out')];
    try {
      await this.#greet(signal);
      await writeFile(input, secret);
      await mkdir(outFolder);
      await this.run({
        type: 'tool',
        title: 'a first container',
        inputs: { seen: { digest: digestOf(secret), path: input } },
        outFolder,
        outputs: ['seen'],
        epoch: 0,
        limits: { memoryMiB: 512, seconds: 60 },
        signal,
        image,
        commands: [{ argv: ['cp', '/in/seen', '/out/seen'] }],
      });
      const answer = path.join(outFolder, 'seen');
      if ((await readFile(answer, 'utf8').catch(() => '')) !== secret)
        throw new BuildError(daemonSeesNoPath(this.socket, folder));
      const { uid } = await stat(answer);
      return uid === process.getuid?.()
        ? undefined
        : `files of a container belong to the user ${uid}, not to the caller`;
    } catch (error) {
      if (signal.aborted) throw new BuildError(interrupted(), { cause: error });
      return wordsOf(error);
    }
  }

  async close(): Promise<void> {
    await this.#api.close();
  }

  async #greet(signal: AbortSignal): Promise<void> {
    const { OSType = 'linux' } = await this.#api.json<DaemonInfo>({ method: 'GET', path: '/info', signal });
    if (OSType !== 'linux') throw new Error(`the daemon runs containers of ${OSType}`);
    await removeAbandoned(this.#api);
  }

  #imageOf(image: ToolImage, signal: AbortSignal): Promise<string> {
    let id = this.#images.get(image.digest);
    if (!id) {
      id = importedImage(this.#api, image, signal);
      this.#images.set(image.digest, id);
      id.catch(() => this.#images.delete(image.digest));
    }
    return id;
  }

  /** The caller; root where the daemon is the caller's own, which maps that to the caller. */
  #userOf(): Promise<string> {
    this.#user ??= this.#api
      .json<DaemonInfo>({ method: 'GET', path: '/info' })
      .then(({ SecurityOptions = [] }) =>
        SecurityOptions.some((option) => option.includes('name=rootless'))
          ? '0:0'
          : `${process.getuid?.()}:${process.getgid?.()}`,
      );
    return this.#user;
  }

  async #runOne(
    image: string,
    step: {
      readonly command: Command;
      readonly resolved: ResolvedCommand;
      readonly request: RunRequest;
      readonly work: string;
    },
  ): Promise<ProcessResult> {
    const { signal, limits } = step.request;
    const body = containerOf({ ...step, image, user: await this.#userOf() });
    if (signal.aborted) throw new BuildError(interrupted());
    const { Id: id } = await this.#api.json<{ readonly Id: string }>({
      method: 'POST',
      path: '/containers/create',
      json: body,
    });
    let timedOut = false;
    const kill = () => void removeContainer(this.#api, id);
    let timer: NodeJS.Timeout | undefined;
    const started = () => {
      timer = setTimeout(() => {
        timedOut = true;
        kill();
      }, limits.seconds * 1000);
    };
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    try {
      const { code, words } = await this.#follow(id, step.resolved.stdin, { started, kill });
      return { code: timedOut ? undefined : code, killedBy: undefined, timedOut, words };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      await removeContainer(this.#api, id);
    }
  }

  /** Starts a container and waits for its end; what is fed waits until the program takes it. */
  async #follow(
    id: string,
    stdin: ResolvedCommand['stdin'],
    { started, kill }: { readonly started: () => void; readonly kill: () => void },
  ): Promise<{ readonly code: number; readonly words: string }> {
    const isFed = typeof stdin === 'object';
    // Of its own: an attachment for both would stay open while the daemon waits for input that nobody takes.
    const input = isFed ? await this.#api.attach(`/containers/${id}/attach?stream=1&stdin=1`) : undefined;
    const output = await this.#api.attach(`/containers/${id}/attach?stream=1&stdout=1&stderr=1`);
    const words = readTail(output);
    try {
      // Its head comes when the daemon watches: no end can be missed.
      const end = await this.#api.open({ method: 'POST', path: `/containers/${id}/wait?condition=removed` });
      await this.#api.text({ method: 'POST', path: `/containers/${id}/start` });
      started();
      const fed = isFed && input ? feed(stdin, input) : Promise.resolve();
      fed.catch(kill);
      const { StatusCode } = (await end.json()) as { readonly StatusCode: number };
      const said = await words;
      input?.destroy();
      await fed;
      return { code: StatusCode, words: harmless(said) };
    } finally {
      input?.destroy();
      output.destroy();
    }
  }

  /** What went wrong with the daemon, as a person can act on it. */
  #told(error: unknown, title: string): unknown {
    if (error instanceof BuildError || !(error instanceof Error)) return error;
    const path = /bind source path does not exist: (\S+)/.exec(error.message)?.[1];
    if (path !== undefined) return new BuildError(daemonSeesNoPath(this.socket, path), { cause: error });
    if (!(error instanceof DaemonError) && (error as NodeJS.ErrnoException).code === undefined) return error;
    return new BuildError(daemonFailed(this.socket, title, error.message), { cause: error });
  }
}

async function readTail(streams: Duplex): Promise<string> {
  const tail = new Tail();
  try {
    for await (const part of framesOf(streams)) tail.add(part);
  } catch {
    // The container was killed, or it ended before it took what it was fed: its end says what that means.
  }
  return tail.text;
}

function wordsOf(error: unknown): string {
  if (error instanceof BuildError)
    return [error.failures[0].message, error.failures[0].evidence].filter(Boolean).join(' ');
  return error instanceof Error ? error.message : String(error);
}
