import type { WriterJob } from '../core/writer.ts';

/** The path of an input that the step must have. Its absence is a bug of whoever made the step. */
export function inputOf(job: WriterJob, name: string): string {
  const path = job.inputs[name];
  if (path === undefined) throw new RangeError(`this writer needs an input ${JSON.stringify(name)}`);
  return path;
}

/** The path of an output that the step must declare. */
export function outputOf(job: WriterJob, name: string): string {
  const path = job.outputs[name];
  if (path === undefined) throw new RangeError(`this writer makes an output ${JSON.stringify(name)}; the step does not declare it`);
  return path;
}
