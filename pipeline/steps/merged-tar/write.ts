import { bytesPiece, type Piece, pieceListText } from '../../core/pieces.ts';
import { TAR_END } from '../../formats/tar-header.ts';
import type { FileSource } from '../../io/file-source.ts';
import { writeOutput } from '../../io/output-file.ts';
import type { Node } from '../../trees/node.ts';
import { nodesOf } from '../../trees/tar-in.ts';
import { tarParts } from '../../trees/tar-out.ts';
import { outputNamed } from '../kit/output.ts';
import { writer } from '../kit/writer.ts';
import { mergedLayers } from './merged-layers.ts';
import type { MergedTar } from './step.ts';

export const write = writer<MergedTar>(({ inputs, outputs, options: { layers: names }, epoch }) => {
  const sources = new Map(names.map((name) => [name, inputs.open(`layer/${name}`)]));
  const layers = mergedLayers(names.map((name) => ({ name, nodes: nodesOf(source(sources, name), `layer ${name}`) })));
  layers.forEach(({ name, nodes }, index) => {
    const pieces = piecesOf(nodes, { name, source: source(sources, name), epoch });
    if (index === layers.length - 1) pieces.push(bytesPiece(TAR_END));
    writeOutput(outputNamed<string>(outputs, `pieces-${name}`), (out) => out.write(pieceListText(pieces)));
  });
});

function source(sources: ReadonlyMap<string, FileSource>, name: string): FileSource {
  const found = sources.get(name);
  if (!found) throw new RangeError(`no layer ${name} was opened`);
  return found;
}

/** Headers and what pads contents are joined to one piece; contents stay where they lie. */
function piecesOf(
  nodes: readonly Node[],
  layer: { readonly name: string; readonly source: FileSource; readonly epoch: number },
): Piece[] {
  const pieces: Piece[] = [];
  let open: Uint8Array[] = [];
  const settle = (): void => {
    if (open.length > 0) pieces.push(bytesPiece(Buffer.concat(open)));
    open = [];
  };
  for (const part of withoutEnd(tarParts(nodes, layer.epoch))) {
    if (part instanceof Uint8Array) open.push(part);
    else {
      settle();
      if (part.source !== layer.source) throw new RangeError('a layer brings contents of another one');
      if (part.size > 0) pieces.push({ input: layer.name, offset: part.offset, size: part.size });
    }
  }
  settle();
  return pieces;
}

function* withoutEnd<T>(parts: Iterable<T>): Generator<T> {
  let held: { readonly part: T } | undefined;
  for (const part of parts) {
    if (held) yield held.part;
    held = { part };
  }
}
