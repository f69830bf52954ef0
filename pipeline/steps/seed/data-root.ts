import { createHash } from 'node:crypto';
import { type Digest, digestOf, hexOf } from '../../core/digest.ts';
import { canonicalJson, type Json } from '../../core/json.ts';
import { directoryNode, linkNode, textNode } from '../../trees/made-node.ts';
import type { Node } from '../../trees/node.ts';
import { Tree } from '../../trees/tree.ts';
import type { SeedImage, SeedOptions } from './step.ts';

/** A layer as System Docker will know it. */
export interface SeedLayer {
  readonly name: string;
  /** Digest of its tar: Docker's diff id, and the name of the folder where `/init` mounts its squashfs. */
  readonly digest: Digest;
  /** Bytes of file contents, which `docker images` shows. */
  readonly size: number;
}

/** Where `/init` mounts the squashfs of a layer: `/run/rancher/layers/<64 hex digits>`. */
const MOUNTED_LAYERS = '/run/rancher/layers';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Docker's link names have 26 characters (overlay2, `idLength`): many lower layers must fit into one page of mount options. */
const LINK_NAME_LENGTH = 26;

/**
 * The metadata of a Docker data root (overlay2) in which every layer is already there: its `diff` is a link into the mounted squashfs.
 * "Loading" the images copies nothing. Format: moby 26.1, `layer/filestore.go`, `image/fs.go`, `daemon/graphdriver/overlay2`.
 *
 * All names derive from digests: the same layers give the same bytes, and a changed layer gets new names throughout.
 */
export function seedTree(options: SeedOptions, layers: ReadonlyMap<string, SeedLayer>, epoch: number): Tree {
  const seed = new Seed(epoch);
  const repositories: { [name: string]: { [reference: string]: string } } = {};
  for (const image of options.images) {
    const own = image.layers.map((name) => {
      const layer = layers.get(name);
      if (!layer) throw new RangeError(`this step needs the input layer/${name}`);
      return layer;
    });
    const config = canonicalJson(imageConfig(image, own, { arch: options.arch, epoch }));
    const id = digestOf(config);
    seed.file(`image/overlay2/imagedb/content/sha256/${hexOf(id)}`, config);
    repositories[image.name] = { ...repositories[image.name], [`${image.name}:${image.tag}`]: id };
    seed.chain(own);
  }
  seed.folder('image/overlay2/imagedb/metadata/sha256', 0o700);
  seed.folder('overlay2/l', 0o710);
  seed.file('image/overlay2/repositories.json', canonicalJson({ Repositories: repositories }), 0o600);
  return seed.finished();
}

function imageConfig(
  image: SeedImage,
  layers: readonly SeedLayer[],
  { arch, epoch }: { readonly arch: string; readonly epoch: number },
): Json {
  const created = new Date(epoch * 1000).toISOString().replace('.000Z', 'Z');
  return {
    architecture: arch,
    os: 'linux',
    created,
    config: { Env: [PATH], Cmd: ['/bin/sh'], Labels: { 'io.rancher.os.image': image.name } },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(({ name }) => ({ created, created_by: `layer ${name}` })),
  };
}

class Seed {
  readonly #epoch: number;
  readonly #tree = new Tree({ replaces: [] });

  constructor(epoch: number) {
    this.#epoch = epoch;
  }

  file(path: string, text: string, mode = 0o644): void {
    this.#add(textNode(path, text, { mode, epoch: this.#epoch }));
  }

  folder(path: string, mode: number): void {
    this.#add(directoryNode(path, { mode, epoch: this.#epoch }));
  }

  /** The layer store's entries for a stack of layers, and the driver's folders. What two images share is written once. */
  chain(layers: readonly SeedLayer[]): void {
    let parent: Digest | undefined;
    let lowers: readonly string[] = [];
    for (const { digest, size } of layers) {
      // The chain id of image-spec: a layer is known by itself and everything below it.
      const chain = parent === undefined ? digest : digestOf(`${parent} ${digest}`);
      const cacheId = hexOf(digestOf(`cache ${chain}`));
      const link = base32(createHash('sha256').update(`link ${chain}`).digest()).slice(0, LINK_NAME_LENGTH);
      const entry = `image/overlay2/layerdb/sha256/${hexOf(chain)}`;
      this.file(`${entry}/cache-id`, cacheId);
      this.file(`${entry}/diff`, digest);
      this.file(`${entry}/size`, String(size));
      if (parent !== undefined) this.file(`${entry}/parent`, parent);
      const folder = `overlay2/${cacheId}`;
      this.folder(folder, 0o710);
      this.file(`${folder}/link`, link);
      this.file(`${folder}/committed`, '');
      this.#add(linkNode(`${folder}/diff`, `${MOUNTED_LAYERS}/${hexOf(digest)}`, this.#epoch));
      this.#add(linkNode(`overlay2/l/${link}`, `../${cacheId}/diff`, this.#epoch));
      if (parent !== undefined) {
        this.folder(`${folder}/work`, 0o700);
        this.file(`${folder}/lower`, lowers.map((lower) => `l/${lower}`).join(':'));
      }
      parent = chain;
      lowers = [link, ...lowers];
    }
  }

  /** The tree, with Docker's modes for the folders on the way, and without a root: the data root is there already. */
  finished(): Tree {
    this.#tree.complete(this.#epoch);
    for (const node of [...this.#tree.nodes.values()]) {
      if (node.owner === 'implied') this.#tree.set({ ...node, mode: 0o700 });
    }
    this.#tree.delete('');
    return this.#tree;
  }

  #add(node: Omit<Node, 'owner'>): void {
    this.#tree.add({ ...node, owner: 'seed' });
  }
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(value >> bits) & 31] ?? '';
    }
  }
  return text;
}
