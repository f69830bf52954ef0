import type { Artifact, Blob, InputRef, Step } from '../core/step.ts';
import { indexTar } from '../formats/tar-index.ts';
import type { Graph } from '../graph/graph.ts';
import { packagesBehind } from '../graph/packages-behind.ts';
import { FileSource } from '../io/file-source.ts';
import type { LayerContents } from '../steps/layer/step.ts';

/** A file that lies in a component. */
export interface FileInside {
  /** Relative to what it lies in. */
  readonly path: string;
  /** `containerd 1.7.24~ds1-6+b4`, or `THIS_PROJECT`. */
  readonly package: string;
  /** Bytes, unpacked. */
  readonly size: number;
}

/** What no package brought: files of this repository, and what the build itself writes. */
export const THIS_PROJECT = 'RancherOS';

/** What was built, for whoever looks into it. Nothing is built or unpacked: tars are read where they lie in the store. */
export interface Built {
  readonly graph: Graph;
  /** The bytes of an artifact or of a file of the repository; undefined where the store does not have them. */
  readonly blobOf: (ref: InputRef) => Promise<Blob | undefined>;
  readonly pathOf: (blob: Blob) => string;
  readonly readText: (blob: Blob) => Promise<string>;
}

/** The files in an artifact by the steps that made it, each with its package; hard links once, empty files and links left out. */
export async function filesInside(ref: InputRef, name: string, built: Built): Promise<readonly FileInside[]> {
  if (ref.from !== 'step') return single(ref, name, built);
  const step = built.graph.step(ref.step);
  switch (step.kind) {
    case 'layer':
      return ref.output === 'tar' ? layerFiles(step, ref, built) : single(ref, name, built);
    case 'squashfs':
    case 'initrd':
    case 'fat':
    case 'cpio':
    case 'gzip':
      return (await Promise.all(partsOf(step).map(([path, part]) => filesInside(part, path, built)))).flat();
    default:
      return ref.kind === 'tar' ? tarFiles(ref, built, () => packageOf(ref, built)) : single(ref, name, built);
  }
}

/** Inputs that lie in what a step makes, by their names there. Lists of pieces and arguments lie in nothing. */
function partsOf({ inputs }: Step): readonly (readonly [path: string, ref: InputRef])[] {
  return Object.entries(inputs).flatMap(([input, ref]) =>
    ref.from === 'step' && (ref.kind === 'pieces' || input === 'fat')
      ? []
      : [[input.replace(/^(boot|file|tree)\//, ''), ref] as const],
  );
}

/** A layer says of each path where it is from. What it took of a kernel's modules or another tar is from the package behind that. */
async function layerFiles(step: Step, tar: Artifact, built: Built): Promise<readonly FileInside[]> {
  const blob = await built.blobOf({ from: 'step', step: step.id, output: 'contents', kind: 'json' });
  if (!blob) return tarFiles(tar, built, () => packageOf(tar, built));
  const contents = JSON.parse(await built.readText(blob)) as LayerContents;
  const versions = new Map(contents.packages.map((each) => [each.name, each.version]));
  const owners = new Map(contents.entries.map(({ path, owner }) => [path, owner]));
  return tarFiles(tar, built, (path) => {
    const [, kind, name = ''] = /^(\S+)(?: (.*))?$/.exec(owners.get(path) ?? '') ?? [];
    if (kind === 'package') return `${name} ${versions.get(name) ?? ''}`.trim();
    const input = step.inputs[`${kind}/${name}`];
    return input ? packageOf(input, built) : THIS_PROJECT;
  });
}

async function tarFiles(
  tar: Artifact,
  built: Built,
  ownerOf: (path: string) => string,
): Promise<readonly FileInside[]> {
  const blob = await built.blobOf(tar);
  if (!blob) return [];
  const source = new FileSource(built.pathOf(blob));
  try {
    const entries = indexTar(source, built.graph.step(tar.step).title);
    return entries.flatMap(({ type, path, size }) =>
      type === 'file' && size > 0 ? [{ path, package: ownerOf(path), size }] : [],
    );
  } finally {
    source.close();
  }
}

async function single(ref: InputRef, path: string, built: Built): Promise<readonly FileInside[]> {
  const { size = 0 } = (await built.blobOf(ref)) ?? {};
  return size > 0 ? [{ path, package: packageOf(ref, built), size }] : [];
}

/** The package that something is from; what is made of several is from all of them. */
function packageOf(ref: InputRef, { graph }: Built): string {
  const names = packagesBehind(graph, [ref]).map(({ pin }) => `${pin.name} ${pin.version}`);
  return names.length === 0 ? THIS_PROJECT : names.length > 3 ? `${names.length} packages` : names.sort().join(' + ');
}
