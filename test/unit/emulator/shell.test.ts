import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { SerialConsole } from '../../../pipeline/emulator/serial-console.ts';
import { ConsoleShell } from '../../../pipeline/emulator/shell.ts';

const LIMIT = { deadlineSeconds: 30 };

/** A console with a real `sh` behind it; `damage` may change what is typed or said. */
async function withShell(act: (shell: ConsoleShell) => Promise<void>, damage: { readonly typed?: (text: string) => string; readonly said?: (text: string) => string } = {}): Promise<void> {
  const child = spawn('/bin/sh', [], { stdio: ['pipe', 'pipe', 'pipe'] });
  const port = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _encoding, done) => {
      child.stdin.write(damage.typed ? damage.typed(bytes.toString('utf8')) : bytes, () => done());
    },
  });
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (bytes: Buffer) => port.push(damage.said ? damage.said(bytes.toString('utf8')) : bytes));
  const console = new SerialConsole(port, () => performance.now());
  const since = console.mark();
  port.push('[rancher@rancher ~]$ ');
  try {
    await act(await ConsoleShell.open(console, { ...LIMIT, since }));
  } finally {
    child.kill('SIGKILL');
  }
}

test('a command gives back its output, its errors and its exit code', async () => {
  await withShell(async (shell) => {
    assert.deepEqual(await shell.run('echo out; echo err >&2; exit 3', LIMIT), { stdout: 'out\n', stderr: 'err\n', exitCode: 3 });
  });
});

const OUTPUTS: readonly { readonly sentence: string; readonly command: string; readonly stdout: string }[] = [
  { sentence: 'quotes, dollars and letters beyond ASCII', command: `printf '%s' "ü'\\"\\$x"`, stdout: `ü'"$x` },
  { sentence: 'a long command line', command: `printf %s ${'x'.repeat(9000)}`, stdout: 'x'.repeat(9000) },
  { sentence: 'output without a newline at its end', command: 'printf a', stdout: 'a' },
  { sentence: 'no output', command: 'true', stdout: '' },
  { sentence: 'output that looks like our own marks', command: 'printf "~rig1.end:00~\\n"', stdout: '~rig1.end:00~\n' },
  { sentence: 'many lines', command: 'seq 1 3000', stdout: Array.from({ length: 3000 }, (_, index) => `${index + 1}\n`).join('') },
];

test('output comes back as it was', async (context) => {
  await withShell(async (shell) => {
    for (const { sentence, command, stdout } of OUTPUTS) {
      await context.test(sentence, async () => assert.equal((await shell.run(command, LIMIT)).stdout, stdout));
    }
  });
});

test('a command that lost a typed character is typed again', async () => {
  let losses = 0;
  const typed = (text: string): string => {
    if (!text.startsWith('C=') || losses > 0) return text;
    losses++;
    return text.replace(/.\n$/, '\n');
  };
  await withShell(async (shell) => assert.equal((await shell.run('echo whole', LIMIT)).stdout, 'whole\n'), { typed });
  assert.equal(losses, 1);
});

test('output that a kernel message tore is said again, and the command does not run twice', async () => {
  let tears = 0;
  const said = (text: string): string => {
    if (tears > 0 || !text.includes('o:')) return text;
    tears++;
    return text.replace(/o:(..)/, 'o:$1[   12.345] usb 1-1: new device\n');
  };
  await withShell(
    async (shell) => {
      assert.equal((await shell.run('f=/tmp/rig-once.$PPID; echo x >>$f; wc -l <$f; [ $(wc -l <$f) = 1 ] && rm $f', LIMIT)).stdout.trim(), '1');
    },
    { said },
  );
  assert.equal(tears, 1);
});
