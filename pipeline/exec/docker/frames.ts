const HEADER_BYTES = 8;

/**
 * The bytes that a container without a terminal wrote, out of the stream of an attachment: each frame has a header of eight bytes, of which the
 * last four are the length of what follows, big-endian (Docker Engine API, ContainerAttach). Both streams of the program come in their order.
 */
export async function* framesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let header: Buffer = Buffer.alloc(0);
  let left = 0;
  for await (const chunk of stream) {
    for (let rest = Buffer.from(chunk); rest.length > 0; ) {
      if (left > 0) {
        yield rest.subarray(0, left);
        const taken = Math.min(left, rest.length);
        left -= taken;
        rest = rest.subarray(taken);
        continue;
      }
      const missing = HEADER_BYTES - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length < HEADER_BYTES) break;
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  }
}
