import type { Reporter } from '../core/ports.ts';

/** Every event as one line of JSON, for machines. What a terminal would obey is escaped, as JSON itself does with the rest of its kind. */
export function jsonLinesReporter(stdout: NodeJS.WriteStream): Reporter {
  const escaped = (character: string) => `\\u00${character.charCodeAt(0).toString(16)}`;
  return {
    report: (event) => void stdout.write(`${JSON.stringify(event).replace(/[\u007f-\u009f]/g, escaped)}\n`),
    close: async () => {},
  };
}
