import { pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import type { Failure } from '../core/failure.ts';
import type { Writer } from '../core/writer.ts';
import type { WorkerAnswer, WorkerOrder } from './builtin.ts';
import { writerFilledDisk } from './messages.ts';

parentPort?.on('message', (order: WorkerOrder) => {
  void perform(order).then((answer) => parentPort?.postMessage(answer));
});

async function perform(order: WorkerOrder): Promise<WorkerAnswer> {
  try {
    const { write } = (await import(pathToFileURL(order.module).href)) as { write: Writer };
    await write(order.job);
    return { ok: true };
  } catch (error) {
    return toAnswer(error);
  }
}

/** A writer is bundled by itself and has its own copy of the class BuildError: it is known by its shape. */
function toAnswer(error: unknown): WorkerAnswer {
  if (error instanceof Error && error.name === 'BuildError' && 'failures' in error) {
    return { ok: false, failures: error.failures as [Failure, ...Failure[]] };
  }
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return { ok: false, failures: [writerFilledDisk()] };
  }
  return { ok: false, stack: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
