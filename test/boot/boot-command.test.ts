import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { acceleratorOfRun } from '../rig/accelerator.ts';
import { projectFolder } from '../rig/project.ts';
import { toolRoot } from '../rig/tools.ts';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The choice itself is looked at where a machine starts. */
const chosen = async () => ({ ...process.env, RANCHEROS_ACCEL: (await acceleratorOfRun(await toolRoot('qemu'))).accelerator });

/** Runs `npm run boot -- <words>` without npm; `until` in its output gets `act` done to it. */
function boot(words: readonly string[], watch?: { readonly until: RegExp; readonly act: (pid: number) => void }, env = process.env): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['pipeline/cli/launch.mjs', 'boot', ...words], { cwd: projectFolder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let acted = false;
    child.stdout.on('data', (bytes: Buffer) => {
      stdout += bytes.toString('utf8');
      if (!watch || acted || !watch.until.test(stdout)) return;
      acted = true;
      watch.act(child.pid ?? 0);
    });
    child.stderr.on('data', (bytes: Buffer) => {
      stderr += bytes.toString('utf8');
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Command lines of processes that use a file. */
function processesWith(text: string): readonly string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const line = readFileSync(join('/proc', name, 'cmdline'), 'utf8').replaceAll('\0', ' ');
      return line.includes(text) ? [line] : [];
    } catch {
      return [];
    }
  });
}

test('--dry-run prints the command line and starts nothing', async () => {
  const { code, stdout } = await boot(['amd64', '--dry-run', '--uefi', '--memory', '768', '--disk', '2G', '--vnc'], undefined, await chosen());
  assert.equal(code, 0);
  assert.match(stdout, /qemu-system-x86_64 .* -m 768M .*if=pflash,unit=0.*virtio-blk-pci,drive=disk0/);
});

test('the console of the machine comes out, and a signal leaves no machine behind', async () => {
  const marker = `marker=${process.pid}`;
  const end = await boot(['amd64', '--kernel', '--append', marker], { until: /Linux version/, act: (pid) => process.kill(pid, 'SIGTERM') });
  assert.equal(end.code, 130);
  assert.match(end.stderr, /SSH: ssh -p \d+ rancher@127\.0\.0\.1/);
  assert.deepEqual(processesWith(marker), []);
});

const MISTAKES: readonly { readonly sentence: string; readonly words: readonly string[]; readonly says: RegExp }[] = [
  { sentence: 'a version that was not built', words: ['--version', 'v0.0.1'], says: /was not built yet\.\s+→ Build it first: `npm run build -- --target amd64 --version v0\.0\.1`\./ },
  { sentence: 'an option that does not exist', words: ['--uefy'], says: /no option --uefy/ },
  { sentence: 'too little memory', words: ['--memory', '1'], says: /--memory takes a whole number, not "1"/ },
  { sentence: 'kernel arguments for an ISO', words: ['--append', 'quiet'], says: /--append needs --kernel or --installed/ },
  { sentence: 'a size for a disk that it does not boot', words: ['--disk-size', '8G'], says: /--disk-size needs --installed/ },
  { sentence: 'two media at once', words: ['--usb', '--installed'], says: /exclude each other/ },
  { sentence: 'a disk that is not there', words: ['--disk', 'nowhere.qcow2'], says: /no disk image "nowhere\.qcow2"/ },
];

for (const { sentence, words, says } of MISTAKES) {
  test(`boot refuses ${sentence}, and says what to do`, async () => {
    const { code, stderr } = await boot(['amd64', ...words]);
    assert.equal(code, 2);
    assert.match(stderr, says);
  });
}
