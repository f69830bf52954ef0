import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, test } from 'node:test';
import { BuildError } from '../../../pipeline/core/failure.ts';
import { createHttp, type Http } from '../../../pipeline/fetch/http.ts';
import { SourceTrouble } from '../../../pipeline/fetch/source-trouble.ts';
import { type Answer, honest, type Liar, startLiar } from './liar.ts';

const BYTES = randomBytes(300_000);
const PAUSES = [1, 1, 1];

let open: { readonly http: Http; readonly liar: Liar } | undefined;
afterEach(async () => {
  await open?.http.close();
  await open?.liar.close();
  open = undefined;
});

async function start(answer: Answer, environment: { readonly [name: string]: string } = {}): Promise<{ readonly http: Http; readonly liar: Liar }> {
  const liar = await startLiar(answer);
  const http = createHttp({ environment, pauses: PAUSES, timeouts: { connect: 1000, headers: 300, body: 300 } });
  open = { http, liar };
  return open;
}

async function read(http: Http, url: string, options: { readonly size?: number; readonly signal?: AbortSignal } = {}): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of http.bytes({ url, size: options.size, signal: options.signal ?? new AbortController().signal })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function trouble(reason: string, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof SourceTrouble && error.reason === reason && message.test(error.message);
}

test('a body arrives as it is', async () => {
  const { http, liar } = await start(honest(BYTES));
  assert.deepEqual(await read(http, `${liar.origin}/file`, { size: BYTES.length }), BYTES);
});

test('a connection that breaks in the middle is taken up where it stopped', async () => {
  const { http, liar } = await start((request, response, attempt) => {
    if (attempt > 2) return honest(BYTES)(request, response, attempt);
    const from = attempt === 1 ? 0 : 100_000;
    response.writeHead(attempt === 1 ? 200 : 206, { 'content-length': BYTES.length - from, 'content-range': `bytes ${from}-${BYTES.length - 1}/${BYTES.length}` });
    response.write(BYTES.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 20));
  });
  assert.deepEqual(await read(http, `${liar.origin}/file`, { size: BYTES.length }), BYTES);
  assert.deepEqual(
    liar.seen.map(({ range }) => range),
    [undefined, 'bytes=100000-', 'bytes=200000-'],
  );
});

test('a server without ranges sends all again and nothing is doubled', async () => {
  const { http, liar } = await start((_request, response, attempt) => {
    response.writeHead(200, { 'content-length': BYTES.length });
    if (attempt === 1) response.write(BYTES.subarray(0, 123_457), () => setTimeout(() => response.destroy(), 20));
    else response.end(BYTES);
  });
  assert.deepEqual(await read(http, `${liar.origin}/file`, { size: BYTES.length }), BYTES);
});

test('a server that answers with another range than asked for is refused', async () => {
  const { http, liar } = await start((_request, response, attempt) => {
    if (attempt === 1) {
      response.writeHead(200, { 'content-length': BYTES.length });
      response.write(BYTES.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
    } else {
      response.writeHead(206, { 'content-range': `bytes 0-${BYTES.length - 1}/${BYTES.length}` });
      response.end(BYTES);
    }
  });
  await assert.rejects(read(http, `${liar.origin}/file`, { size: BYTES.length }), trouble('refused', /another part/));
});

test('a server that stays silent is given up after its tries', async () => {
  const { http, liar } = await start(() => undefined);
  await assert.rejects(read(http, `${liar.origin}/file`), trouble('unreachable', /Timeout/i));
  assert.equal(liar.seen.length, 1 + PAUSES.length);
});

test('a body that stops coming is asked for again', async () => {
  const { http, liar } = await start((request, response, attempt) => {
    if (attempt > 1) return honest(BYTES)(request, response, attempt);
    response.writeHead(200, { 'content-length': BYTES.length });
    response.write(BYTES.subarray(0, 50_000));
  });
  assert.deepEqual(await read(http, `${liar.origin}/file`, { size: BYTES.length }), BYTES);
});

test('a busy server is asked again', async () => {
  const { http, liar } = await start((request, response, attempt) => {
    if (attempt > 2) return honest(BYTES)(request, response, attempt);
    response.writeHead(503);
    response.end();
  });
  assert.deepEqual(await read(http, `${liar.origin}/file`), BYTES);
});

test('what is missing or forbidden is not asked for twice', async () => {
  const { http, liar } = await start((request, response) => {
    response.writeHead(request.url === '/none' ? 404 : 403);
    response.end();
  });
  await assert.rejects(read(http, `${liar.origin}/none`), trouble('missing', /HTTP 404/));
  await assert.rejects(read(http, `${liar.origin}/secret`), trouble('refused', /HTTP 403/));
  assert.equal(liar.seen.length, 2);
});

test('a body that is too long is cut off', async () => {
  let sent = 0;
  const { http, liar } = await start((_request, response) => {
    response.writeHead(200);
    const more = (): void => {
      if (sent > 1 << 30 || response.destroyed) return;
      sent += BYTES.length;
      response.write(BYTES, more);
    };
    more();
  });
  await assert.rejects(read(http, `${liar.origin}/endless`, { size: 1000 }), trouble('wrong', /more than the pinned 1000 bytes/));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(sent < 100 * BYTES.length, `the server could send ${sent} bytes`);
});

test('a body that ends early though the server calls it whole is wrong, not broken', async () => {
  const { http, liar } = await start(honest(BYTES.subarray(0, 1000)));
  await assert.rejects(read(http, `${liar.origin}/short`, { size: 2000 }), trouble('wrong', /1000 of the pinned 2000 bytes/));
  assert.equal(liar.seen.length, 1);
});

test('a redirection is followed', async () => {
  const { http, liar } = await start((request, response, attempt) => {
    if (request.url !== '/old') return honest(BYTES)(request, response, attempt);
    response.writeHead(302, { location: '/new' });
    response.end();
  });
  assert.deepEqual(await read(http, `${liar.origin}/old`), BYTES);
});

for (const [sentence, location] of [
  ['to a file of this machine', 'file:///etc/passwd'],
  ['to data that stands in it', 'data:text/plain,hello'],
  ['to no address', 'http://'],
  ['in a circle', '/old'],
] as const) {
  test(`a redirection ${sentence} is refused, and no byte comes of it`, async () => {
    const { http, liar } = await start((_request, response) => response.writeHead(302, { location }).end());
    await assert.rejects(read(http, `${liar.origin}/old`), (error: unknown) => error instanceof SourceTrouble);
    assert.ok(liar.seen.length <= 7, `${liar.seen.length} requests`);
  });
}

test('a port where nobody listens is given up at once', async () => {
  const { http, liar } = await start(honest(BYTES));
  await liar.close();
  await assert.rejects(read(http, `${liar.origin}/file`), trouble('unreachable', /ECONNREFUSED/));
});

test('stopping ends a download, even in a pause', async () => {
  const stop = new AbortController();
  const { http, liar } = await start((_request, response) => {
    setTimeout(() => stop.abort(), 50);
    response.writeHead(200, { 'content-length': BYTES.length });
    response.write(BYTES.subarray(0, 1000));
  });
  await assert.rejects(read(http, `${liar.origin}/file`, { signal: stop.signal }), (error: unknown) => error instanceof BuildError && error.failures[0].kind === 'interrupted');
});

test('the proxy of the environment is used, and not for what it excepts', async () => {
  const proxy = await startLiar(honest(Buffer.from('from the proxy')));
  const { http, liar } = await start(honest(Buffer.from('direct')), { http_proxy: proxy.origin, NO_PROXY: '127.0.0.1' });
  try {
    assert.equal((await read(http, `${liar.origin}/file`)).toString(), 'direct');
    assert.equal((await read(http, 'http://archive.invalid/file')).toString(), 'from the proxy');
    assert.deepEqual(
      proxy.seen.map(({ path }) => path),
      ['http://archive.invalid/file'],
    );
  } finally {
    await proxy.close();
  }
});
