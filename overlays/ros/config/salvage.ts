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

/** The result of a YAML reader. */
export interface Look {
  readonly errors: number;
  /** There may be names of nothing among the errors, which a part of a text has where another part has what they name. */
  readonly isYaml: boolean;
  /** Number of the line that the first error is at, from 1. */
  readonly line: number;
  /** Whether it is a mapping, or nothing at all. */
  readonly isMapping: boolean;
}

/** More blocks than that are not looked at: no file of a person has them, and a slow machine must start all the same. */
const MOST_BLOCKS = 500;
/** Characters that are read over and over, in each of the ways below: once the largest file, and many times one that a person wrote. */
const MOST_CHARACTERS = 2 ** 18;
/** More than that are not the work of a few lines. */
const MOST_ERRORS = 200;

/** Conflict markers that git leaves where two versions of a file differ; no YAML has them. */
const CONFLICT = /^(<{7}|={7}|>{7}|\|{7})(\s|$)/;

/**
 * Removes from unreadable YAML the parts that make it unreadable: conflict markers, then single lines, then the smallest blocks of top-level keys
 * with their indented lines. Undefined when nothing readable is left.
 */
export function salvage(text: string, look: (text: string) => Look): Salvaged | undefined {
  const lines = text.split(/\r?\n/);
  const lost: Lost[] = [];
  const lose = (from: number, to = from + 1) => {
    lost.push({ line: from + 1, head: (lines[from] ?? '').trim() });
    lines.fill('', from, to);
  };
  for (const [index, line] of lines.entries()) if (CONFLICT.test(line)) lose(index);
  const isRight = () => {
    const { errors, isMapping } = look(lines.join('\n'));
    return errors === 0 && isMapping;
  };
  dropLines(lines, lose, look);
  if (!isRight()) {
    prune({ lines, from: 0, to: lines.length, lose, parses: limited((part) => look(part).isYaml, true) });
    const isOne = (part: string) => {
      const { errors, isMapping } = look(part);
      return errors === 0 && isMapping;
    };
    if (!isRight()) keepBlocks(lines, lose, limited(isOne, false));
  }
  lost.sort((a, b) => a.line - b.line);
  return lines.every((line) => isBlank(line)) || !isRight() ? undefined : { text: lines.join('\n'), lost };
}

/** A question about texts that is answered without looking once too much has been looked at. */
function limited(question: (part: string) => boolean, otherwise: boolean): (part: string) => boolean {
  let looks = MOST_BLOCKS;
  let characters = MOST_CHARACTERS;
  return (part) => {
    looks -= 1;
    characters -= part.length;
    return looks < 0 || characters < 0 ? otherwise : question(part);
  };
}

type Lose = (from: number, to?: number) => void;

/** Takes out one line after the other, each at the first error, for as long as that leaves fewer errors. */
function dropLines(lines: readonly string[], lose: Lose, look: (text: string) => Look): void {
  let left = MOST_CHARACTERS;
  const seen = (without?: number): Look => {
    const text = lines.map((line, index) => (index === without ? '' : line)).join('\n');
    left -= text.length;
    return look(text);
  };
  let now = seen();
  while (now.errors > 0 && now.errors < MOST_ERRORS && left > 0) {
    let best: { readonly index: number; readonly look: Look } | undefined;
    for (const index of nearby(lines, now.line - 1)) {
      const then = seen(index);
      if (then.errors < (best?.look ?? now).errors) best = { index, look: then };
      if (then.errors === 0 || left <= 0) break;
    }
    if (best === undefined) return;
    const end = endOfOwn(lines, best.index);
    lose(best.index, end);
    now = end === best.index + 1 ? best.look : seen();
  }
}

/** What opens a mapping or a list: an item, or a key with something below it. */
const OPENS = /^\s*(-|[^\s#].*:(\s|$))/;

/** The end of what stands below a line: without that line, its keys would belong to whatever is above. */
function endOfOwn(lines: readonly string[], index: number): number {
  const line = lines[index] ?? '';
  if (!OPENS.test(line)) return index + 1;
  const [indent = ''] = /^\s*/.exec(line) ?? [];
  let end = index + 1;
  for (let at = end; at < lines.length; at += 1) {
    const next = lines[at] ?? '';
    if (isBlank(next)) continue;
    // A tab is as deep as no number of spaces.
    if (!next.startsWith(indent) || !/\s/.test(next.charAt(indent.length))) break;
    end = at + 1;
  }
  return end;
}

/** The reported line and its neighbours, because a reader may report an error late or early. */
function nearby(lines: readonly string[], index: number): readonly number[] {
  const isUsed = (at: number) => at >= 0 && at < lines.length && !isBlank(lines[at] ?? '');
  const before = lines.findLastIndex((_, at) => at < index && isUsed(at));
  const behind = lines.findIndex((_, at) => at > index && isUsed(at));
  return [index, before, behind].filter(isUsed);
}

/** Keeps the blocks of top-level keys that can be read together, bisecting to find the bad ones. */
function keepBlocks(lines: readonly string[], lose: Lose, isRight: (text: string) => boolean): void {
  const all = blocks(lines, 0, lines.length);
  const kept: string[] = [];
  const add = (from: number, to: number): void => {
    if (from >= to) return;
    const part = all.slice(from, to).map(({ start, end }) => lines.slice(start, end).join('\n'));
    if (isRight([...kept, ...part].join('\n'))) {
      kept.push(...part);
      return;
    }
    const [block] = all.slice(from, to);
    if (to - from === 1 && block !== undefined) {
      lose(block.start, block.end);
      return;
    }
    const middle = Math.floor((from + to) / 2);
    add(from, middle);
    add(middle, to);
  };
  add(0, all.length);
}

interface Pruning {
  readonly lines: string[];
  readonly from: number;
  readonly to: number;
  readonly lose: Lose;
  readonly parses: (text: string) => boolean;
}

function prune({ lines, from, to, lose, parses }: Pruning): void {
  for (const { start, end } of blocks(lines, from, to)) {
    if (parses(lines.slice(start, end).join('\n'))) continue;
    const head = (lines[start] ?? '').trim();
    const hasChildren = /^["']?[\w.*-]+["']?:\s*(#.*)?$/.test(head);
    if (hasChildren) {
      prune({ lines, from: start + 1, to: end, lose, parses });
      if (parses(lines.slice(start, end).join('\n'))) continue;
    }
    lose(start, end);
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
