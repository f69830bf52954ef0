import type { Digest } from '../core/digest.ts';
import { sourcesOfProduct } from '../product/product.ts';
import { digestOfSources } from '../publish/sources.ts';
import type { BuildRequest } from './build-targets.ts';
import type { CommandContext } from './command.ts';

/** Identity of everything that a build is made from: the pipeline's own files, and those of the project. */
export async function sourcesOf(
  { cloudConfig, product }: Pick<BuildRequest, 'cloudConfig' | 'product'>,
  { projectFolder }: Pick<CommandContext, 'projectFolder'>,
): Promise<Digest> {
  const ofProduct = product && { folder: product.folder, paths: sourcesOfProduct(product) };
  return digestOfSources(projectFolder, { cloudConfig, product: ofProduct });
}
