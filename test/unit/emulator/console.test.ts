import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { BuildError } from '../../../pipeline/core/failure.ts';
import { ConsoleText } from '../../../pipeline/emulator/console-text.ts';
import { SerialConsole } from '../../../pipeline/emulator/serial-console.ts';

const ESC = '\u001b';

const TEXTS: readonly { readonly sentence: string; readonly pieces: readonly string[]; readonly text: string }[] = [
  { sentence: 'plain text passes', pieces: ['login: \n'], text: 'login: \n' },
  { sentence: 'carriage returns and bells are dropped', pieces: ['a\r\n\u0007b'], text: 'a\nb' },
  { sentence: 'colours and cursor movements are dropped', pieces: [`${ESC}[1;31mred${ESC}[0m${ESC}[2;5Hx${ESC}[?2004h`], text: 'redx' },
  { sentence: 'a sequence cut in two is still one', pieces: [`a${ESC}`, '[3', '1mb'], text: 'ab' },
  { sentence: 'a window title is dropped', pieces: [`${ESC}]0;rancher@rancher`, '\u0007$ '], text: '$ ' },
  { sentence: 'a character cut in two is still one', pieces: ['\u00c3', '\u00bc'], text: 'ü' },
];

for (const { sentence, pieces, text } of TEXTS) {
  test(`console text: ${sentence}`, () => {
    const plain = new ConsoleText();
    assert.equal(pieces.map((piece) => plain.add(Buffer.from(piece, 'latin1'))).join(''), text);
  });
}

function consoleOn(fatal?: RegExp): { readonly port: PassThrough; readonly console: SerialConsole; readonly clock: { now: number } } {
  const port = new PassThrough();
  const clock = { now: 1000 };
  return { port, clock, console: new SerialConsole(port, () => clock.now, fatal) };
}

test('a wait ends with the match, its time since power-on and what follows it', async () => {
  const { port, console, clock } = consoleOn();
  const wait = console.waitFor({ pattern: /ready (\d+)/, deadlineSeconds: 5, meaning: 'that it is ready' });
  clock.now = 3500;
  port.write('almost\nready 42\nrest');
  const seen = await wait;
  assert.equal(seen.match[1], '42');
  assert.equal(seen.seconds, 2.5);
  assert.equal(console.textSince(seen.end), '\nrest');
});

test('what was said before a mark does not count', async () => {
  const { port, console } = consoleOn();
  const first = console.waitFor({ pattern: /boot/, deadlineSeconds: 5, meaning: 'a boot' });
  port.write('boot\n');
  await first;
  const second = console.waitFor({ pattern: /boot (again)/, deadlineSeconds: 5, meaning: 'a second boot', since: console.mark() });
  port.write('boot again\n');
  assert.equal((await second).match[1], 'again');
});

test('a wait that fails is a sentence with the last lines', async () => {
  const { port, console } = consoleOn();
  const wait = console.waitFor({ pattern: /never/, deadlineSeconds: 60, meaning: 'that System Docker is ready' });
  const caught = assert.rejects(wait, (error) => {
    assert.ok(error instanceof BuildError);
    assert.match(error.message, /did not show that System Docker is ready: it was switched off/);
    assert.match(error.failures[0].evidence ?? '', /\[ {4}0\.000\] out of memory/);
    return true;
  });
  port.write('out of memory\n');
  setImmediate(() => port.destroy());
  await caught;
});

test('a fatal line ends every wait at once', async () => {
  const { port, console } = consoleOn(/Kernel panic[^\n]*/);
  const wait = console.waitFor({ pattern: /never/, deadlineSeconds: 60, meaning: 'a shell' });
  const caught = assert.rejects(wait, /its console says "Kernel panic - not syncing: VFS"/);
  port.write('Kernel panic - not syncing: VFS\n');
  await caught;
});

test('the log gives each line its time since power-on', async () => {
  const { port, console, clock } = consoleOn();
  port.write('one\ntw');
  await new Promise((resolve) => setImmediate(resolve));
  clock.now = 2250;
  port.write('o\nthree');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(console.log(), '[    0.000] one\n[    1.250] two\n[    1.250] three');
});
