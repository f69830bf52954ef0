import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

// The service's script on the real bash, with a `ros` and an `ip` that do what a case says. Waits are shortened, and nothing is asserted about time.

const SCRIPT = readFileSync('overlays/system/usr/lib/ros/services/cloud-init', 'utf8');

interface Room {
  readonly folder: string;
  readonly read: (path: string) => string;
  /** Waits until a file says what is expected. */
  readonly until: (path: string, expected: RegExp) => Promise<void>;
  readonly ended: Promise<number | null>;
}

/** `ros` and `ip` are bodies of shell scripts; `$R` is the folder that stands for /run/ros, and each call of `ros` is noted in `calls`. */
function run(context: TestContext, { ros, ip = 'sleep 1000', before = {} }: { readonly ros: string; readonly ip?: string; readonly before?: Readonly<Record<string, string>> }): Room {
  const folder = mkdtempSync(join(tmpdir(), 'cloud-init-'));
  const programs = { ros: `echo "$*" >>"$R/calls"\n${ros}`, ip, flock: 'while [ "$1" != ros ]; do shift; done; exec "$@"' };
  mkdirSync(join(folder, 'bin'));
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\nR=${folder}\n${text}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  for (const [name, text] of Object.entries(before)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'kmsg'), '');
  const script = SCRIPT.replaceAll('/run/ros', folder).replaceAll('/dev/kmsg', `${folder}/kmsg`).replaceAll('-t 30 ', '-t 0.3 ').replace('pause=5\nwhile', 'pause=1\nwhile');
  const child: ChildProcess = spawn('setsid', ['bash', '-c', script], { env: { PATH: `${folder}/bin:${process.env['PATH']}` }, stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  context.after(() => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
    rmSync(folder, { recursive: true, force: true });
  });
  const read = (path: string) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : '');
  const until = async (path: string, expected: RegExp) => {
    for (let tries = 600; !expected.test(read(path)); tries -= 1) {
      assert.ok(tries > 0, `${path} never says ${expected}, but: ${read(path)}`);
      await sleep(50);
    }
  };
  return { folder, read, until, ended };
}

test('where the first round finds something, the service leaves its mark and ends', async (context) => {
  const room = run(context, { ros: 'exit 0' });
  assert.equal(await room.ended, 0);
  assert.equal(room.read('calls'), 'cloud-init --service\n');
  assert.ok(existsSync(join(room.folder, 'cloud-init-done')));
});

for (const [sentence, ros] of [
  ['fails', 'exit 1'],
  ['is killed', 'kill -9 $$'],
] as const) {
  test(`the mark is there when the program ${sentence}`, async (context) => {
    const room = run(context, { ros });
    assert.equal(await room.ended, 0);
    assert.ok(existsSync(join(room.folder, 'cloud-init-done')));
  });
}

test('while a source may still answer, it is asked again and again, until that is over', async (context) => {
  const room = run(context, { ros: '[ "$2" = --late ] || exit 3; [ "$(wc -l <"$R/calls")" -ge 3 ] || exit 3' });
  assert.equal(await room.ended, 0);
  assert.equal(room.read('calls'), 'cloud-init --service\ncloud-init --late\ncloud-init --late\n');
});

test('a new address is a reason to ask at once; one that is known, and those of Docker, are none', async (context) => {
  const ip = `echo '1: lo    inet 127.0.0.1/8 scope host lo'
echo '5: docker0    inet 172.17.0.1/16 scope global docker0'
echo '2: eth0    inet6 fe80::1/64 scope link'
until [ "$(wc -l <"$R/calls")" = 2 ]; do sleep 0.05; done
echo '2: eth0    inet6 fe80::1/64 scope link'
echo '2: eth0    inet 10.0.2.15/24 brd 10.0.2.255 scope global dynamic eth0'
until [ "$(wc -l <"$R/calls")" = 3 ]; do sleep 0.05; done
echo 'Deleted 2: eth0    inet 10.0.2.15/24 scope global eth0'
echo '2: eth0    inet 10.0.2.15/24 brd 10.0.2.255 scope global dynamic eth0'
exec sleep 1000`;
  // Without the events, the waits between rounds would not end within the test.
  const room = run(context, { ip, ros: '[ "$2" = --late ] || exit 3; [ "$(wc -l <"$R/calls")" -ge 4 ] || exit 3' });
  await room.until('calls', /(?:.*--late\n){3}$/);
  assert.equal(await room.ended, 0);
});

test('a source that hangs is left behind after a while, the others are asked without it, and it is said', async (context) => {
  const room = run(context, { ros: `if [ -s "$R/cloud-init.given-up" ]; then : >"$R/cloud-init.asked-now"; exit 0; fi; echo 1 >"$R/cloud-init.asked-now"; exec sleep 1000` });
  assert.equal(await room.ended, 0);
  assert.equal(room.read('cloud-init.given-up'), '1\n');
  assert.equal(room.read('calls'), 'cloud-init --service\ncloud-init --service\n');
  assert.match(room.read('kmsg'), /<3>ros: a datasource has hung for 30 seconds; the others are asked without it/);
});

test('what takes long to apply holds nobody up for ever, and is not ended', async (context) => {
  const room = run(context, { ros: 'echo begun >"$R/begun"; until [ -e "$R/go" ]; do sleep 0.05; done; echo over >"$R/over"' });
  await room.until('kmsg', /<3>ros: applying what the datasources gave takes longer than two minutes; the system goes on/);
  assert.ok(existsSync(join(room.folder, 'cloud-init-done')));
  writeFileSync(join(room.folder, 'go'), '');
  assert.equal(await room.ended, 0);
  assert.equal(room.read('over'), 'over\n');
});

test('started again while it was asking, it goes on asking', async (context) => {
  const status = `${JSON.stringify({ seconds: 1, asking: ['ec2'] }, undefined, 2)}\n`;
  const room = run(context, { ros: 'exit 0', before: { 'cloud-init-done': '', 'cloud-init.json': status } });
  assert.equal(await room.ended, 0);
  assert.equal(room.read('calls'), 'cloud-init --late\n');
});
