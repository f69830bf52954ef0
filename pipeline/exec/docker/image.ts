import { createReadStream } from 'node:fs';
import { type Digest, hexOf } from '../../core/digest.ts';
import { BuildError } from '../../core/failure.ts';
import { daemonTookOtherImage } from '../messages.ts';
import { DaemonError, type DockerApi } from './api.ts';

/** The name of all tool images with a daemon; the tag is the digest. */
const REPOSITORY = 'rancheros-tools';

/** What the daemon says of an image. */
interface ImageAnswer {
  readonly Id: string;
  readonly RootFS: { readonly Layers?: readonly string[] };
}

interface ToolImage {
  readonly digest: Digest;
  readonly tar: string;
}

/**
 * The daemon's id of a tool image, which is imported where the daemon does not have it. A daemon names each layer by the digest of its tar, so
 * that an image counts only with the one layer that is ours, whatever its name says; containers are made from the id.
 */
export async function importedImage(api: DockerApi, image: ToolImage, signal: AbortSignal): Promise<string> {
  const known = await idOf(api, image);
  if (known !== undefined) return known;
  const path = `/images/create?fromSrc=-&repo=${REPOSITORY}&tag=${hexOf(image.digest)}`;
  const said = await api.text({ method: 'POST', path, tar: createReadStream(image.tar), signal });
  const id = await idOf(api, image);
  if (id !== undefined) return id;
  throw new BuildError(daemonTookOtherImage(api.socket, image.digest, said));
}

async function idOf(api: DockerApi, { digest }: ToolImage): Promise<string | undefined> {
  try {
    const path = `/images/${REPOSITORY}:${hexOf(digest)}/json`;
    const { Id, RootFS } = await api.json<ImageAnswer>({ method: 'GET', path });
    return RootFS.Layers?.length === 1 && RootFS.Layers[0] === digest ? Id : undefined;
  } catch (error) {
    if (error instanceof DaemonError && error.status === 404) return undefined;
    throw error;
  }
}
