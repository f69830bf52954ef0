/** A configuration as plain keys and values. */
export type Tree = { readonly [key: string]: unknown };

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `higher` merged into `lower`: mappings are joined key by key; everything else is replaced, lists included. */
export function mergeInto(lower: Tree, higher: Tree): Tree {
  const merged = new Map(Object.entries(lower));
  for (const [key, value] of Object.entries(higher)) {
    const below = merged.get(key);
    merged.set(key, isTree(below) && isTree(value) ? mergeInto(below, value) : value);
  }
  return Object.fromEntries(merged);
}

/** The value at a path of keys. */
export function at(tree: unknown, path: readonly string[]): unknown {
  let here = tree;
  for (const key of path) {
    if (!isTree(here) || !Object.hasOwn(here, key)) return undefined;
    here = here[key];
  }
  return here;
}

/** A tree with only a value at a path of keys. */
export function treeOf(path: readonly string[], value: unknown): Tree {
  return path.reduceRight<unknown>((below, key) => Object.fromEntries([[key, below]]), value) as Tree;
}

/** The tree without the value at a path. */
export function without(tree: Tree, [key, ...rest]: readonly string[]): Tree {
  const entries = Object.entries(tree).flatMap(([each, value]): [string, unknown][] => {
    if (each !== key) return [[each, value]];
    return rest.length > 0 && isTree(value) ? [[each, without(value, rest)]] : [];
  });
  return Object.fromEntries(entries);
}
