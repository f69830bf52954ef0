import { compareCodeUnits } from '../core/json.ts';
import { ARCHES } from './context.ts';
import { type Lock, nameAndVersion } from './lock.ts';

/** What differs between two locks: one sorted line per architecture, set and package. */
export function describeChanges(before: Lock | undefined, after: Lock): readonly string[] {
  const lines: string[] = [];
  for (const arch of ARCHES) {
    const names = new Set([
      ...Object.keys(before?.arches[arch]?.sets ?? {}),
      ...Object.keys(after.arches[arch]?.sets ?? {}),
    ]);
    for (const set of [...names].sort(compareCodeUnits)) {
      const old = versionsOf(before?.arches[arch]?.sets[set]?.packages);
      const next = versionsOf(after.arches[arch]?.sets[set]?.packages);
      for (const name of [...new Set([...old.keys(), ...next.keys()])].sort(compareCodeUnits)) {
        const was = old.get(name);
        const is = next.get(name);
        if (was === is) continue;
        const what =
          was === undefined ? `+ ${name} ${is}` : is === undefined ? `- ${name} ${was}` : `~ ${name} ${was} → ${is}`;
        lines.push(`${arch} ${set}: ${what}`);
      }
    }
  }
  return lines;
}

function versionsOf(keys: readonly string[] | undefined): ReadonlyMap<string, string> {
  return new Map((keys ?? []).map((key) => [nameAndVersion(key).name, nameAndVersion(key).version]));
}
