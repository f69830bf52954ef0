import { isTree, type Tree } from './merge.ts';
import type { Finding, Path } from './problem.ts';

/** The message about a value that fits the schema and cannot work here. */
export interface Verdict {
  readonly message: string;
  /** The replacement to suggest. */
  readonly hint?: string;
  /** Keys from the judged value to the part that is meant, where it is not the value itself. */
  readonly below?: Path;
  readonly unless?: string;
  /** The value to use instead; `LEFT_OUT`: none. Without it the value stays. */
  readonly becomes?: unknown;
}

export const LEFT_OUT = Symbol('left out');

/** One thing that cannot work on this system. */
export interface Judgement {
  /** The keys to the judged value, joined by dots; `*` is any key and any place in a list. */
  readonly at: string;
  /** `whole` is the configuration that contains the value. Each of several verdicts is reported; the last one decides about the value. */
  readonly judge: (value: unknown, path: Path, whole: Tree) => Verdict | readonly Verdict[] | undefined;
}

/**
 * Reports what in a configuration fits the schema and cannot work here, and takes it out, so that the rest holds. The guest does it at boot and in
 * `ros config validate`, the build for a baked-in file: every reader of a cloud-config comes through here.
 */
export function judged(
  value: unknown,
  judgements: readonly Judgement[],
): { readonly value: unknown; readonly findings: readonly Finding[] } {
  if (!isTree(value)) return { value, findings: [] };
  const findings: Finding[] = [];
  const changes: { readonly path: Path; readonly becomes: unknown }[] = [];
  for (const { at, judge } of judgements) {
    for (const { path, value: found } of matching(value, at.split('.'))) {
      const given = judge(found, path, value) ?? [];
      for (const { message, hint, ...more } of Array.isArray(given)
        ? (given as readonly Verdict[])
        : [given as Verdict]) {
        findings.push({
          severity: 'warning',
          path: [...path, ...(more.below ?? [])],
          message,
          ...(hint === undefined ? {} : { hint }),
          ...(more.unless === undefined ? {} : { unless: more.unless }),
        });
        if ('becomes' in more) changes.push({ path, becomes: more.becomes });
      }
    }
  }
  // From the end of a list to its beginning, because removing an item moves those after it.
  const changed = changes
    .reverse()
    .reduce<unknown>((tree, { path, becomes }) => withChange(tree, path, becomes), value);
  return { value: changed, findings };
}

function* matching(
  value: unknown,
  keys: readonly string[],
  path: Path = [],
): Generator<{ readonly path: Path; readonly value: unknown }> {
  const [key, ...rest] = keys;
  if (key === undefined) {
    yield { path, value };
    return;
  }
  if (Array.isArray(value)) {
    if (key === '*') for (const [index, item] of value.entries()) yield* matching(item, rest, [...path, index]);
    return;
  }
  if (!isTree(value)) return;
  for (const name of key === '*' ? Object.keys(value) : [key])
    if (Object.hasOwn(value, name)) yield* matching(value[name], rest, [...path, name]);
}

/** A copy with another value at the path. */
function withChange(tree: unknown, path: Path, becomes: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return becomes;
  if (Array.isArray(tree)) {
    const list = [...(tree as readonly unknown[])];
    const next = withChange(list[Number(step)], rest, becomes);
    list.splice(Number(step), 1, ...(next === LEFT_OUT ? [] : [next]));
    return list;
  }
  const next = withChange((tree as Tree)[step], rest, becomes);
  const { [step]: _, ...others } = tree as Tree;
  return next === LEFT_OUT ? others : { ...(tree as Tree), [step]: next };
}
