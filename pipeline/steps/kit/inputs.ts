import { compareCodeUnits } from '../../core/json.ts';
import type { WriterJob } from '../../core/writer.ts';
import { FileSource } from '../../io/file-source.ts';

/** The path of an input that the step must have. Its absence is a bug of whoever made the step. */
export function inputOf(job: WriterJob, name: string): string {
  const path = job.inputs[name];
  if (path === undefined) throw new RangeError(`this writer needs an input ${JSON.stringify(name)}`);
  return path;
}

/** The path of an output that the step must declare. */
export function outputOf(job: WriterJob, name: string): string {
  const path = job.outputs[name];
  if (path === undefined)
    throw new RangeError(`this writer makes an output ${JSON.stringify(name)}; the step does not declare it`);
  return path;
}

/** A job's inputs, opened when asked for. Close it when done. */
export class Inputs {
  readonly #job: WriterJob;
  readonly #opened: FileSource[] = [];

  constructor(job: WriterJob) {
    this.#job = job;
  }

  /** The contents of an input. */
  open(name: string): FileSource {
    const source = new FileSource(inputOf(this.#job, name));
    this.#opened.push(source);
    return source;
  }

  /** The contents of an input that a job may lack. */
  maybe(name: string): FileSource | undefined {
    return Object.hasOwn(this.#job.inputs, name) ? this.open(name) : undefined;
  }

  /** What follows `prefix` in the names of the inputs that begin with it, sorted. */
  below(prefix: string): readonly string[] {
    return Object.keys(this.#job.inputs)
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
      .sort(compareCodeUnits);
  }

  close(): void {
    for (const source of this.#opened) source.close();
  }
}
