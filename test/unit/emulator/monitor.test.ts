import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { Monitor } from '../../../pipeline/emulator/monitor.ts';

/** The other end of the line: answers each command with what `answer` gives, split into small pieces. */
function emulator(answer: (command: string, options: unknown) => object): { readonly port: Duplex; readonly asked: string[] } {
  const asked: string[] = [];
  const port: Duplex = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _encoding, done) => {
      const { execute, arguments: options, id } = JSON.parse(bytes.toString('utf8')) as { execute: string; arguments?: unknown; id: number };
      asked.push(execute);
      const line = `${JSON.stringify({ ...(execute === 'qmp_capabilities' ? { return: {} } : answer(execute, options)), id })}\r\n`;
      for (let at = 0; at < line.length; at += 7) port.push(line.slice(at, at + 7));
      done();
    },
  });
  port.push('{"QMP": {"version": {}, "capabilities": []}}\r\n');
  return { port, asked };
}

test('commands wait for the greeting and get their answers', async () => {
  const { port, asked } = emulator((command) => ({ return: { said: command } }));
  assert.deepEqual(await new Monitor(port).execute('query-status'), { said: 'query-status' });
  assert.deepEqual(asked, ['qmp_capabilities', 'query-status']);
});

test('a refusal is a sentence', async () => {
  const { port } = emulator(() => ({ error: { class: 'GenericError', desc: 'Bus hot9 not found' } }));
  await assert.rejects(new Monitor(port).execute('device_add'), /QEMU refused device_add: Bus hot9 not found/);
});

test('an event that came after the mark ends the wait', async () => {
  const { port } = emulator(() => ({ return: {} }));
  const monitor = new Monitor(port);
  await monitor.execute('query-status');
  const since = monitor.mark();
  port.push('{"event": "RESET", "data": {"guest": true}}\n');
  const event = await monitor.waitForEvent('RESET', { since, deadlineSeconds: 30, meaning: 'the reset' });
  assert.equal(event.data['guest'], true);
});

test('a machine that ends rejects what is open', async () => {
  const { port } = emulator(() => ({ return: {} }));
  const monitor = new Monitor(port);
  const wait = assert.rejects(monitor.waitForEvent('RESET', { deadlineSeconds: 30, meaning: 'the reset' }), /the reset did not happen: the machine was switched off/);
  monitor.end();
  await wait;
  await assert.rejects(monitor.execute('quit'), /QEMU ended before it answered quit/);
});
