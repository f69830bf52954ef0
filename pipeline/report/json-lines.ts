import type { Reporter } from '../core/ports.ts';

/** Goes up when the meaning of a line changes; new members and new events may come without that. `events.schema.json` describes it. */
const EVENT_FORMAT = 1;

/** Every event as one line of JSON, for machines. What a terminal would obey is escaped, as JSON itself does with the rest of its kind. */
export function jsonLinesReporter(stdout: NodeJS.WriteStream): Reporter {
  const escaped = (character: string) => `\\u00${character.charCodeAt(0).toString(16)}`;
  return {
    report: (event) => {
      const line = JSON.stringify({ format: EVENT_FORMAT, ...event });
      stdout.write(`${line.replace(/[\u007f-\u009f]/g, escaped)}\n`);
    },
    close: async () => {},
  };
}
