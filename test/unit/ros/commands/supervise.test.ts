import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../../../rig/project.ts';

const SUPERVISE = readFileSync(path.join(projectFolder, 'overlays/system/usr/lib/ros/supervise'), 'utf8');

test('the supervisor starts ros sysinit again, ever more slowly, until it has started the services', (t) => {
  const [loop = ''] = /^start_services\(\) \{\n[\s\S]*?^\}$/m.exec(SUPERVISE) ?? [];
  assert.match(SUPERVISE, /^\(start_services &\)$/m);
  const folder = mkdtempSync(path.join(tmpdir(), 'supervise-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = (name: string, lines: string) => {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${lines}\n`);
    chmodSync(path.join(folder, name), 0o755);
  };
  mkdirSync(path.join(folder, 'run'));
  // It crashes twice, ends with problems that it told, and would be called in vain from then on.
  program('ros', `echo x >>${folder}/calls; [ "$(grep -c x ${folder}/calls)" -lt 3 ] || : >${folder}/run/services-started; exit 1`);
  program('sleep', `echo "$1" >>${folder}/slept`);
  const script = `${loop.replaceAll('/run/ros', `${folder}/run`).replaceAll('/dev/kmsg', `${folder}/kmsg`)}\nstart_services`;
  const { signal } = spawnSync('sh', ['-c', script], { env: { PATH: `${folder}:/usr/bin:/bin` }, timeout: 20_000 });
  assert.equal(signal, null, 'it goes on for ever');
  assert.equal(readFileSync(path.join(folder, 'calls'), 'utf8'), 'x\n'.repeat(3));
  assert.equal(readFileSync(path.join(folder, 'slept'), 'utf8'), '1\n2\n');
});
