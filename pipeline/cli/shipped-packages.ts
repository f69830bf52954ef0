import { readFile } from 'node:fs/promises';
import { compareCodeUnits } from '../core/json.ts';
import type { Artifact, InputRef } from '../core/step.ts';
import { type PackageBehind, packagesBehind } from '../graph/packages-behind.ts';
import { sourceInControl } from '../pins/source-package.ts';
import { packageKey, type Shipped, type ShippedPackage } from '../publish/shipped.ts';
import type { Wiring } from './wire.ts';

/** The packages in the components of release files that were built, by the graph; what they were made of, by their control files. */
export async function shippedPackages(artifacts: readonly Artifact[], wiring: Wiring): Promise<Shipped> {
  const components: { [digest: string]: readonly string[] } = {};
  const found = new Map<string, PackageBehind>();
  for (const ref of artifacts.flatMap((artifact) => componentsOf(artifact, wiring))) {
    const behind = packagesBehind(wiring.context.graph, [ref]);
    if (ref.from !== 'step' || behind.length === 0) continue;
    for (const each of behind) found.set(packageKey(each.pin), each);
    const keys = behind.map(({ pin }) => packageKey(pin)).sort(compareCodeUnits);
    components[(await wiring.engine.resolve(ref)).digest] = keys;
  }
  const packages = await Promise.all(
    [...found].map(async ([key, each]) => [key, await shippedPackage(each, wiring)] as const),
  );
  return { components, packages: Object.fromEntries(packages) };
}

/** The files on a medium or, where none is known, those that it is, as `componentDigests` takes them. */
function componentsOf(artifact: Artifact, wiring: Wiring): readonly InputRef[] {
  const { contents = {}, parts = [artifact] } = wiring.mediumOf(artifact) ?? {};
  const inside = Object.values(contents);
  return inside.length > 0 ? inside : parts;
}

async function shippedPackage({ pin, step }: PackageBehind, { engine, store }: Wiring): Promise<ShippedPackage> {
  const { digest } = await engine.build({ from: 'step', step, output: 'control', kind: 'json' });
  const { source, builtUsing } = sourceInControl(await readFile(store.pathOf(digest), 'utf8'));
  return {
    name: pin.name,
    version: pin.version,
    arch: pin.arch,
    source,
    ...(builtUsing.length === 0 ? {} : { builtUsing }),
    archive: pin.archive,
    path: pin.path,
    digest: pin.digest,
  };
}
