import type { Artifact } from '../core/step.ts';
import type { Stream } from '../steps/kit/stream.ts';
import { zstdCompressed as zstd } from '../steps/zstd/step.ts';
import type { BuildContext } from './context.ts';
import { toolsOf } from './tool-image.ts';

/** A stream, compressed by zstd. */
export function zstdCompressed(context: BuildContext, title: string, stream: Stream): Artifact<'zstd'> {
  return zstd(toolsOf(context), title, stream);
}
