import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../../../rig/project.ts';

const SCRIPT = readFileSync(path.join(projectFolder, 'overlays/system/usr/lib/ros/watch-disk'), 'utf8');

test('a state disk without room is told once on the console and before every login, the power button is listened for, and room is told too', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'watch-disk-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const script = path.join(folder, 'watch-disk');
  // The machine's own PATH would hide the stand-ins.
  writeFileSync(script, SCRIPT.replace(/^export PATH=.*$/m, ''));
  const program = (name: string, line: string) => {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${line}\n`);
    chmodSync(path.join(folder, name), 0o755);
  };
  const issue = path.join(folder, 'issue.d/06-full.issue');
  const log = path.join(folder, 'kmsg');
  program('setsid', `echo "$*" >>${folder}/listeners`);
  program('agetty', `echo "$1" >>${folder}/reloads`);
  const look = (free: number) => {
    program('stat', `echo ${free} 4096`);
    const { status } = spawnSync('sh', [script, '/', issue, log, 'once'], { env: { PATH: `${folder}:/usr/bin:/bin` } });
    assert.equal(status, 0);
    return existsSync(log) ? readFileSync(log, 'utf8') : '';
  };
  assert.equal(look(100_000), '');
  assert.match(look(2560), /^<3>ros: the state disk is full \(10 MiB free\).*docker system prune\n$/);
  assert.match(readFileSync(issue, 'utf8'), /THE STATE DISK IS FULL \(10 MiB free\)/);
  writeFileSync(log, '');
  assert.equal(look(0), '');
  assert.match(look(100_000), /^<3>ros: the state disk has room again \(390 MiB free\)\n$/);
  assert.equal(existsSync(issue), false);
  assert.equal(readFileSync(path.join(folder, 'listeners'), 'utf8'), 'acpid -f\n');
  assert.equal(readFileSync(path.join(folder, 'reloads'), 'utf8'), '--reload\n--reload\n');
});
