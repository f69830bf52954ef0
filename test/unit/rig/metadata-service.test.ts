import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { type MetadataService, RunningMetadata } from '../../rig/metadata-service.ts';

/** Sends bytes as the guest would, through the program that QEMU starts, and gives what came back. */
function through(command: string, text: string): Promise<string> {
  const [program = '', ...words] = command.split(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    let answer = '';
    child.stdout.on('data', (bytes: Buffer) => {
      answer += bytes.toString('utf8');
    });
    child.once('error', reject);
    child.once('close', () => resolve(answer));
    child.stdin.write(text);
  });
}

async function ask(service: MetadataService, request: string): Promise<{ readonly answer: string; readonly log: string }> {
  const running = await RunningMetadata.start(service);
  try {
    return { answer: await through(running.command, request), log: running.text() };
  } finally {
    running.stop();
  }
}

test('a metadata service answers what its table says, through the program that QEMU starts, and keeps what it was asked', async () => {
  const { answer, log } = await ask({ answers: { '/a?b=c': 'text' } }, 'GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-Token: t\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n4?(?:\r\n)?text/);
  assert.match(log, /^GET \/a\?b=c\n(.*\n)*x-token: t$/m);
});

test('what it does not know is 404', async () => {
  const { answer } = await ask({ answers: {} }, 'GET /toString HTTP/1.1\r\nHost: h\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 404 /);
});

test('a function may answer, by method, header and body', async () => {
  const { answer } = await ask(
    { answers: ({ method, headers, body }) => ({ status: 201, headers: { 'x-kind': headers['x-kind'] ?? '' }, body: `${method} ${body}` }) },
    'PUT /token HTTP/1.1\r\nHost: h\r\nX-Kind: k\r\nContent-Length: 3\r\n\r\nabc',
  );
  assert.match(answer, /^HTTP\/1\.1 201 [\s\S]*x-kind: k[\s\S]*PUT abc/);
});
