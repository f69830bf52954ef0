import { readFile } from 'node:fs/promises';
import type { Measures, Medium, MediumContents } from '../core/medium.ts';
import type { Artifact, Blob, InputRef } from '../core/step.ts';
import type { ReleaseFile } from '../publish/manifest.ts';
import type { DeclaredTarget } from './all-targets.ts';
import type { Wiring } from './wire.ts';

/** The files of a target that was built, each with what is in it. */
export async function releaseFiles(
  target: DeclaredTarget,
  artifacts: { readonly [path: string]: Artifact },
  wiring: Wiring,
): Promise<{ readonly [path: string]: ReleaseFile }> {
  const { name, arch } = target;
  const files = Object.entries(artifacts).map(async ([path, artifact]): Promise<[string, ReleaseFile]> => {
    const medium = wiring.mediumOf(artifact);
    if (!medium) throw new Error(`nothing is known of ${path}`);
    const platform = medium.platform ?? (name === arch ? 'generic' : name);
    const contents = await contentsOf({ ...medium, parts: medium.parts ?? [artifact] }, wiring);
    return [
      path,
      { ...(await wiring.engine.build(artifact)), target: name, kind: medium.kind, arch, platform, contents },
    ];
  });
  return Object.fromEntries(await Promise.all(files));
}

async function contentsOf({ contents, parts = [], measures }: Medium, wiring: Wiring): Promise<MediumContents> {
  const files = Object.entries(contents).map(
    async ([path, ref]): Promise<[string, Blob]> => [path, await blobOf(ref, wiring)],
  );
  return {
    files: Object.fromEntries(await Promise.all(files)),
    parts: await Promise.all(parts.map((part) => wiring.engine.resolve(part))),
    ...(measures && (await measured(measures, wiring))),
  };
}

async function blobOf(ref: InputRef, wiring: Wiring): Promise<Blob> {
  const { digest, size } = ref.from === 'step' ? await wiring.engine.resolve(ref) : await wiring.engine.fetch(ref);
  return { digest, size };
}

async function measured(measures: Artifact<'json'>, wiring: Wiring): Promise<Measures> {
  const { digest } = await wiring.engine.build(measures);
  await wiring.store.verify(digest);
  return JSON.parse(await readFile(wiring.store.pathOf(digest), 'utf8')) as Measures;
}
