import path from 'node:path';
import type { Digest } from '../../pipeline/core/digest.ts';
import { ToolRoots } from '../../pipeline/exec/roots.ts';
import { toolImage } from '../../pipeline/recipes/tool-image.ts';
import { wired } from './tools.ts';

/** The image that steps run their tools from: as a tar, and unpacked. */
export interface ToolImage {
  readonly digest: Digest;
  readonly tar: string;
  readonly root: string;
}

/** The tool image of the pipeline, made or taken from the user's store. */
export async function toolImageFiles(): Promise<ToolImage> {
  const wiring = await wired();
  try {
    const { digest } = await wiring.engine.build(toolImage(wiring.context, 'tools'));
    return { digest, tar: wiring.store.pathOf(digest), root: await wiring.toolRoot('tools') };
  } finally {
    await wiring.close();
  }
}

/** A root that is unpacked already stands in for the image of any digest. */
export class OneRoot extends ToolRoots {
  readonly #root: string;

  constructor(root: string) {
    super(path.dirname(root));
    this.#root = root;
  }

  override async rootOf(): Promise<string> {
    return this.#root;
  }
}
