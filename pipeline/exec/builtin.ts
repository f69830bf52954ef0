import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { BuildError, type Failure } from '../core/failure.ts';
import { interrupted } from '../core/interrupted.ts';
import type { Executor, RunRequest } from '../core/ports.ts';
import { shellWord } from '../core/shell-word.ts';
import type { WriterJob } from '../core/writer.ts';
import { pathsOf } from './input-paths.ts';
import { writerTookTooLong } from './messages.ts';

/** What the pool sends to a worker thread. */
export interface WorkerOrder {
  /** Absolute path of the writer's bundle. */
  readonly module: string;
  readonly job: WriterJob;
}

/** What comes back. An unexpected error travels as text with its stack. */
export type WorkerAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly failures: readonly [Failure, ...Failure[]] }
  | { readonly ok: false; readonly stack: string };

/** Runs built-in writers in worker threads, which are kept for the next job. The engine bounds how many run at once. */
export class BuiltinExecutor implements Executor {
  readonly name = 'builtin';
  /** A writer is code of this project that reads its inputs and writes its outputs alone. */
  readonly isolated = true;
  readonly #bundleFolder: string;
  readonly #idle: Worker[] = [];

  constructor(options: { readonly bundleFolder: string }) {
    this.#bundleFolder = options.bundleFolder;
  }

  async run(request: RunRequest): Promise<void> {
    if (request.type !== 'builtin') throw new Error('only built-in writers run here');
    if (request.signal.aborted) throw new BuildError(interrupted());
    const worker = this.#idle.pop() ?? new Worker(path.join(this.#bundleFolder, 'worker.mjs'), { env: {} });
    worker.ref();
    const answer = await ask(worker, this.#orderOf(request), request);
    worker.unref();
    this.#idle.push(worker);
    if (answer.ok) return;
    if ('failures' in answer) throw new BuildError(named(answer.failures, request.title));
    throw new Error(`The writer of the step "${request.title}" broke: ${answer.stack}`);
  }

  #orderOf(request: RunRequest & { readonly type: 'builtin' }): WorkerOrder {
    return {
      module: path.join(this.#bundleFolder, 'writers', `${request.writer}.mjs`),
      job: {
        inputs: pathsOf(request.inputs),
        outputs: Object.fromEntries(request.outputs.map((name) => [name, path.join(request.outFolder, name)])),
        options: request.options,
        epoch: request.epoch,
      },
    };
  }

  async script(request: RunRequest): Promise<string> {
    if (request.type !== 'builtin') throw new Error('only built-in writers run here');
    const { module, job } = this.#orderOf(request);
    const code = `const { write } = await import(${JSON.stringify(module)}); await write(${JSON.stringify(job)});`;
    return `${shellWord(process.execPath)} --input-type=module -e ${shellWord(code)}\n`;
  }

  /** Ends the idle threads. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((worker) => worker.terminate()));
  }
}

function ask(worker: Worker, order: WorkerOrder, request: RunRequest): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', stop);
      worker.off('message', answered).off('error', giveUp).off('exit', ended);
    };
    const giveUp = (error: Error) => {
      settle();
      void worker.terminate();
      reject(error);
    };
    const stop = () => giveUp(new BuildError(interrupted()));
    const timer = setTimeout(
      () => giveUp(new BuildError(writerTookTooLong(request.title, request.limits.seconds))),
      request.limits.seconds * 1000,
    );
    request.signal.addEventListener('abort', stop, { once: true });
    const answered = (answer: WorkerAnswer) => {
      settle();
      resolve(answer);
    };
    const ended = (code: number) => giveUp(new Error(`a worker thread ended with ${code}`));
    worker.on('message', answered).on('error', giveUp).on('exit', ended);
    worker.postMessage(order);
  });
}

function named(failures: readonly [Failure, ...Failure[]], title: string): [Failure, ...Failure[]] {
  const [first, ...rest] = failures;
  return [{ ...first, message: first.message.includes(title) ? first.message : `${title}: ${first.message}` }, ...rest];
}
