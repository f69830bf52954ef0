/** Part of a broken file that had to go, so that the rest could be read. */
export interface Lost {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** Its first line without indentation, such as `network:`. */
  readonly head: string;
}

export interface Salvaged {
  /** The text with the broken parts blanked, so that all lines keep their numbers. */
  readonly text: string;
  readonly lost: readonly Lost[];
}

/** More blocks than that are not looked at: no file of a person has them, and a slow machine must start all the same. */
const MOST_BLOCKS = 500;

/**
 * Takes the smallest broken blocks out of YAML that cannot be read as a whole: of top keys, and of what is indented below them.
 * `parses` says whether a text can be read. Undefined when nothing readable is left.
 */
export function salvage(text: string, parses: (text: string) => boolean): Salvaged | undefined {
  const lines = text.split(/\r?\n/);
  const lost: Lost[] = [];
  let looked = 0;
  const looksRight = (part: string) => {
    looked += 1;
    return looked > MOST_BLOCKS || parses(part);
  };
  prune({ lines, from: 0, to: lines.length, lost, parses: looksRight });
  const rest = lines.join('\n');
  return lines.every((line) => isBlank(line)) || !parses(rest) ? undefined : { text: rest, lost };
}

interface Pruning {
  readonly lines: string[];
  readonly from: number;
  readonly to: number;
  readonly lost: Lost[];
  readonly parses: (text: string) => boolean;
}

function prune({ lines, from, to, lost, parses }: Pruning): void {
  for (const { start, end } of blocks(lines, from, to)) {
    if (parses(lines.slice(start, end).join('\n'))) continue;
    const head = (lines[start] ?? '').trim();
    const hasChildren = /^["']?[\w.*-]+["']?:\s*(#.*)?$/.test(head);
    if (hasChildren) {
      prune({ lines, from: start + 1, to: end, lost, parses });
      if (parses(lines.slice(start, end).join('\n'))) continue;
    }
    lost.push({ line: start + 1, head });
    lines.fill('', start, end);
  }
}

/** Blocks that begin with the least indented lines. */
function blocks(
  lines: readonly string[],
  from: number,
  to: number,
): { readonly start: number; readonly end: number }[] {
  const starts: number[] = [];
  let indent = -1;
  for (let index = from; index < to; index += 1) {
    const line = lines[index] ?? '';
    if (isBlank(line)) continue;
    const here = line.search(/\S/);
    if (indent === -1) indent = here;
    // An item of a list may stand at the indentation of its key.
    if (
      here <= indent &&
      !(starts.length > 0 && /^\s*-(\s|$)/.test(line) && !/^\s*-(\s|$)/.test(lines[starts[0] ?? 0] ?? ''))
    ) {
      starts.push(index);
    }
  }
  return starts.map((start, index) => ({ start, end: starts[index + 1] ?? to }));
}

function isBlank(line: string): boolean {
  return /^\s*(#.*)?$/.test(line);
}
