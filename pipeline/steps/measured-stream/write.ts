import { createHash } from 'node:crypto';
import { digestFromHex } from '../../core/digest.ts';
import { BuildError } from '../../core/failure.ts';
import type { Measures } from '../../core/medium.ts';
import { parsePieceList } from '../../core/pieces.ts';
import { DiskDigest } from '../../io/disk-digest.ts';
import type { FileSource } from '../../io/file-source.ts';
import { writeOutput } from '../../io/output-file.ts';
import { inputEndsEarly } from '../kit/messages.ts';
import { type Job, writer } from '../kit/writer.ts';
import type { MeasuredStream } from './step.ts';

const CHUNK = 1 << 20;

/** Takes a stream, part by part. */
interface Sink {
  add(bytes: Uint8Array): void;
  addZeros(count: number): void;
}

export const write = writer<MeasuredStream>((job) => {
  const { outputs, options } = job;
  let measures: Measures;
  if (options.as === 'disk') {
    const digest = new DiskDigest();
    stream(job, digest);
    measures = { disk: digest.end() };
  } else {
    const hash = createHash('sha256');
    let size = 0;
    const add = (bytes: Uint8Array): void => {
      hash.update(bytes);
      size += bytes.length;
    };
    stream(job, {
      add,
      addZeros(count) {
        for (let left = count; left > 0; left -= CHUNK) add(new Uint8Array(Math.min(left, CHUNK)));
      },
    });
    measures = { tar: { digest: digestFromHex(hash.digest('hex')), size } };
  }
  writeOutput(outputs.measures, (out) => out.write(new TextEncoder().encode(JSON.stringify(measures))));
});

function stream({ inputs, options }: Job<MeasuredStream>, sink: Sink): void {
  const opened = new Map<string, FileSource>();
  const buffer = new Uint8Array(CHUNK);
  for (const list of options.lists)
    for (const piece of parsePieceList(inputs.text(`pieces/${list}`)).pieces) {
      if ('bytes' in piece) sink.add(Buffer.from(piece.bytes, 'base64'));
      else if ('zeros' in piece) sink.addZeros(piece.zeros);
      else {
        const source = opened.get(piece.input) ?? inputs.open(`part/${piece.input}`);
        opened.set(piece.input, source);
        for (let done = 0; done < piece.size; done += CHUNK) {
          const chunk = buffer.subarray(0, Math.min(CHUNK, piece.size - done));
          if (source.fill(chunk, piece.offset + done).length !== chunk.length)
            throw new BuildError(inputEndsEarly(piece.input, piece.offset + piece.size));
          sink.add(chunk);
        }
      }
    }
}
