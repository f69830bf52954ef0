import type { Reporter } from '../core/ports.ts';

/** Every event as one line of JSON, for machines. */
export function jsonLinesReporter(stdout: NodeJS.WriteStream): Reporter {
  return { report: (event) => void stdout.write(`${JSON.stringify(event)}\n`), close: async () => {} };
}
