import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsFrom } from '../../pipeline/cli/settings.ts';
import { type Wiring, wire } from '../../pipeline/cli/wire.ts';
import { parsePieceList } from '../../pipeline/core/pieces.ts';
import type { Artifact, InputRef } from '../../pipeline/core/step.ts';
import { splice } from '../../pipeline/exec/spliced-input.ts';
import { cloudDisk } from '../../pipeline/recipes/cloud-disk.ts';
import type { BuildContext } from '../../pipeline/recipes/context.ts';
import { type ComposableDisk, installedDisk } from '../../pipeline/recipes/disk.ts';
import { fileOfPackage } from '../../pipeline/recipes/packages.ts';
import { liveSystem } from '../../pipeline/recipes/system.ts';
import { qcow2 } from '../../pipeline/recipes/virtual-disk.ts';
import { flatInputs } from '../../pipeline/steps/kit/kind.ts';
import { builtVersion, projectFolder } from '../rig/project.ts';

/** Absolute paths of an installed disk and the parts that it was composed of. */
export interface BuiltDisk {
  readonly raw: string;
  readonly plan: string;
  readonly boot: string;
  readonly state: string;
  readonly bootImage: string;
  readonly coreImage: string;
  readonly installer: string;
  /** The files of the medium that it can be installed from, by their paths there. */
  readonly medium: { readonly [path: string]: string };
}

/** Builds the installed disk of amd64 out of the store that the build before the tests filled. */
export async function buildDisk(name: string, options: { readonly append?: string; readonly sizeMiB?: number; readonly version?: string } = {}): Promise<BuiltDisk> {
  const wiring = await wired(options.version);
  try {
    const context: BuildContext = wiring.context;
    const { append, sizeMiB } = options;
    const system = liveSystem(context, 'amd64');
    const disk = installedDisk(context, system, { name, ...(append === undefined ? {} : { append }), ...(sizeMiB === undefined ? {} : { sizeMiB }) });
    const { bios } = disk;
    if (!bios) throw new Error('amd64 has a BIOS');
    const artifacts = { raw: disk.raw, plan: disk.plan, boot: disk.boot, state: disk.state, bootImage: bios.boot, coreImage: bios.core, installer: disk.installer };
    const paths = async (named: { readonly [name: string]: Artifact }) =>
      Object.fromEntries(await Promise.all(Object.entries(named).map(async ([part, artifact]) => [part, wiring.store.pathOf((await wiring.engine.build(artifact)).digest)] as const)));
    const medium = await paths({ ...system.medium, 'boot/vmlinuz': system.kernel.image, 'boot/initrd': system.initrdBase });
    return { ...(await paths(artifacts)), medium } as unknown as BuiltDisk;
  } finally {
    await wiring.close();
  }
}

/** A cloud's disk, as the digest of its stream and as qcow2, and the same disk with a boot file system of its own, raw. */
export async function cloudDiskBothWays(spec: { readonly name: string; readonly append: string }): Promise<{ readonly shared: string; readonly qcow2: string; readonly raw: string }> {
  const wiring = await wired();
  try {
    const { context, engine } = wiring;
    const own = installedDisk(context, liveSystem(context, 'amd64'), spec);
    const digest = async ({ stream: { pieces, parts } }: ComposableDisk) => {
      const fileOf = async (artifact: InputRef) => {
        const { digest } = await engine.build(artifact as Artifact);
        return { digest, path: wiring.store.pathOf(digest) };
      };
      const files = Object.fromEntries(await Promise.all(Object.entries(flatInputs(parts)).map(async ([name, part]) => [name, await fileOf(part)] as const)));
      const hash = createHash('sha256');
      for await (const chunk of splice(parsePieceList(readFileSync((await fileOf(pieces)).path, 'utf8')), { inputs: files, title: 'a step' })) hash.update(chunk);
      return hash.digest('hex');
    };
    const cloud = cloudDisk(context, spec);
    const path = async (artifact: Artifact) => wiring.store.pathOf((await engine.build(artifact)).digest);
    return { shared: await digest(cloud), qcow2: await path(qcow2(context, cloud, { name: spec.name })), raw: await path(own.raw) };
  } finally {
    await wiring.close();
  }
}

/** Absolute path of a file out of a package of the set `grub`. */
export async function fileFromPackage(name: string, path: string): Promise<string> {
  const wiring = await wired();
  try {
    const { digest } = await wiring.engine.build(fileOfPackage(wiring.context, { set: 'grub', arch: 'amd64', name, path }));
    return wiring.store.pathOf(digest);
  } finally {
    await wiring.close();
  }
}

/** The ports of a command. Whatever is built for the version that `npm run build` gives is in the store. */
export function wired(version = builtVersion): Promise<Wiring> {
  const cache = join(projectFolder, '.cache/bundle');
  const { folder } = JSON.parse(readFileSync(join(cache, 'state.json'), 'utf8')) as { readonly folder: string };
  const command = {
    argv: [],
    env: process.env,
    projectFolder,
    callerFolder: projectFolder,
    bundleFolder: join(cache, folder),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    signal: new AbortController().signal,
    conclude: () => undefined,
    allCommands: async () => [],
  };
  return wire({ command, settings: settingsFrom({}, command), version, report: () => undefined, failFast: true });
}
