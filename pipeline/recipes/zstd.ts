import type { Artifact } from '../core/step.ts';
import { zstdCompressed as zstd } from '../steps/zstd/step.ts';
import type { BuildContext } from './context.ts';
import type { MediumStream } from './medium.ts';
import { toolsOf } from './tool-image.ts';

/** A disk, compressed by zstd. */
export function zstdCompressed(context: BuildContext, title: string, stream: MediumStream): Artifact<'zstd'> {
  const file = zstd(toolsOf(context), title, stream);
  context.describe(file, { kind: 'disk-zst', ...stream.medium });
  return file;
}
