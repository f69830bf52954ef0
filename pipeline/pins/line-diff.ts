/** The lines that differ between two texts, `-` before old ones and `+` before new ones, with a little of what stands around. */
export function lineDiff(before: string, after: string, context = 2): string {
  const old = before.split('\n');
  const next = after.split('\n');
  const common = commonLengths(old, next);
  const marked: { readonly mark: ' ' | '-' | '+'; readonly line: string }[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < next.length) {
    const a = old[i];
    const b = next[j];
    if (a !== undefined && a === b) {
      marked.push({ mark: ' ', line: a });
      i += 1;
      j += 1;
    } else if (b === undefined || (a !== undefined && (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))) {
      marked.push({ mark: '-', line: a ?? '' });
      i += 1;
    } else {
      marked.push({ mark: '+', line: b });
      j += 1;
    }
  }
  const isNear = (index: number): boolean =>
    marked.slice(Math.max(0, index - context), index + context + 1).some(({ mark }) => mark !== ' ');
  const lines: string[] = [];
  for (const [index, { mark, line }] of marked.entries()) {
    if (isNear(index)) lines.push(`${mark} ${line}`);
    else if (lines.length > 0 && lines.at(-1) !== '…') lines.push('…');
  }
  if (lines.at(-1) === '…') lines.pop();
  return lines.join('\n');
}

/** Length of the longest common run of lines from each pair of positions on. Scripts have hundreds of lines: a table is fine. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const table: number[][] = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = table[i];
      if (row)
        row[j] = a[i] === b[j] ? (table[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}
