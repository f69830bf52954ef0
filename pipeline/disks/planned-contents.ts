import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../core/json.ts';
import { CLUSTER, type DiskIds, diskIds } from '../formats/disk-layout.ts';
import { sha256Of } from '../io/file-digest.ts';
import type { Inputs } from '../io/inputs.ts';

/** What is known of a disk before it is made: how much goes on it, and the identities that follow from all of it. */
export interface PlannedContents {
  /** Size of each input in whole clusters of the boot file system, by name. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly ids: DiskIds;
}

/** Reads all inputs of a step. `name` says whose disk it is: equal contents of two products get identities of their own. */
export function plannedContents(inputs: Inputs, name: string): PlannedContents {
  const contents: { [name: string]: Json } = {};
  const sizes = new Map<string, number>();
  for (const input of inputs.names()) {
    const source = inputs.open(input);
    contents[input] = sha256Of(source);
    sizes.set(input, Math.ceil(source.size / CLUSTER) * CLUSTER);
  }
  const key = canonicalJson({ name, contents });
  return { sizes, ids: diskIds(key, (text) => createHash('sha256').update(text).digest()) };
}
