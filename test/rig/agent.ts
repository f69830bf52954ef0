import { createConnection } from 'node:net';

/** An emulated machine takes its time. */
const ANSWER_MILLISECONDS = 5000;

/**
 * Asks QEMU's agent in a machine through the socket of its port, and gives the answer to this very question as JSON; undefined where none
 * comes. `guest-sync-delimited` first, as the protocol wants it: what others asked and nobody read would be taken for the answer
 * (QEMU, docs/interop/qemu-ga-ref).
 */
export function askAgent(socket: string, command: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    const id = Math.floor(performance.now() * 1000);
    let text = '';
    const finish = (answer: string | undefined) => {
      connection.destroy();
      resolve(answer);
    };
    connection.setEncoding('latin1');
    connection.setTimeout(ANSWER_MILLISECONDS, () => finish(undefined));
    connection.on('error', () => finish(undefined));
    connection.on('close', () => finish(undefined));
    connection.on('connect', () => {
      connection.write(Buffer.concat([Buffer.from([0xff]), line({ execute: 'guest-sync-delimited', arguments: { id } }), line({ execute: command })]));
    });
    connection.on('data', (part) => {
      text += String(part);
      const [, answer] = new RegExp(`\\xff\\{"return": ${id}\\}\\n(.+)\\n`).exec(text) ?? [];
      if (answer !== undefined) finish(answer);
    });
  });
}

const line = (message: object): Buffer => Buffer.from(`${JSON.stringify(message)}\n`);
