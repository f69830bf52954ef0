import type { Path } from './problem.ts';
import type { Lost } from './salvage.ts';

/** Names of the keys of a mapping of which something could not be read; undefined where it is not clear which key that was. */
export type LostBelow = (path: Path) => readonly (string | undefined)[];

const KEY = /^(?:-\s+)?["']?([\w.*-]+)["']?\s*:/;

/** Looks in the text as it was for the mapping that each lost line belonged to. `lineOf` finds the first line of what is at a path. */
export function lostBelow(text: string, lost: readonly Lost[], lineOf: (path: Path) => number): LostBelow {
  const lines = text.split(/\r\n?|\n/);
  return (path) => {
    const start = lineOf(path);
    const head = lines[start - 1] ?? '';
    const isItem = typeof path.at(-1) === 'number';
    const dash = /^\s*-\s+/.exec(head)?.[0].length;
    const own = isItem && dash === undefined ? depthOf(head) - 1 : depthOf(head);
    const body = lines.slice(start);
    const first = body.find((line) => !isBlank(line)) ?? '';
    const depth = isItem ? (dash ?? own + 1) : depthOf(first);
    const end = body.findIndex((line) => !isBlank(line) && depthOf(line) <= own);
    const last = end === -1 ? lines.length : start + end;
    return lost.flatMap(({ line }) => {
      if (line <= start || line > last) return [];
      for (let at = line; at > start; at -= 1) {
        const words = lines[at - 1] ?? '';
        // The items of a list may stand as deep as its key.
        if (depthOf(words) === depth && !isBlank(words) && !/^\s*-\s/.test(words)) return [KEY.exec(words.trim())?.[1]];
      }
      return [isItem ? KEY.exec(head.trim())?.[1] : undefined];
    });
  };
}

/** A tab is as deep as no number of spaces. */
function depthOf(line: string): number {
  const [indent = ''] = /^\s*/.exec(line) ?? [];
  return indent.includes('\t') ? Number.POSITIVE_INFINITY : indent.length;
}

const isBlank = (line: string): boolean => /^\s*(#.*)?$/.test(line);
