import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { WriteFile } from '../../../../overlays/ros/config/schema.ts';
import { mountGiven } from '../../../../overlays/ros/console/mounts.ts';
import { dueInConsole, onceInStart } from '../../../../overlays/ros/console/once-per-start.ts';
import { RC_LOCAL, runStartScript, USER_DATA_SCRIPT } from '../../../../overlays/ros/console/scripts.ts';
import { isForConsole, writeGivenFile, writeGivenFiles } from '../../../../overlays/ros/console/write-files.ts';
import { runBootCommands } from '../../../../overlays/ros/early/bootcmd.ts';
import { due } from '../../../../overlays/ros/runtime/claims.ts';
import { runUserCommands } from '../../../../overlays/ros/runtime/user-commands.ts';
import { machine } from '../machine.ts';

const ME = `${userInfo().uid}:${userInfo().gid}`;
const PACKED = gzipSync('packed ü');
const ESCAPED = [...PACKED].map((byte) => String.fromCharCode(byte)).join('');

const WRITTEN: readonly { readonly sentence: string; readonly file: Omit<WriteFile, 'path'>; readonly text: string; readonly mode?: string }[] = [
  { sentence: 'as it is, with 0644', file: { content: 'a\nß\n' }, text: 'a\nß\n', mode: '644' },
  { sentence: 'without content', file: {}, text: '' },
  { sentence: 'with its own mode', file: { content: 'x', permissions: '0750' }, text: 'x', mode: '750' },
  { sentence: 'with a mode as Python writes it', file: { content: 'x', permissions: '0o600' }, text: 'x', mode: '600' },
  { sentence: 'from base64 over several lines', file: { content: 'aGVs\nbG8=\n', encoding: 'b64' }, text: 'hello' },
  { sentence: 'from gzip in base64', file: { content: PACKED.toString('base64'), encoding: 'gz+b64' }, text: 'packed ü' },
  { sentence: 'from gzip in base64, in the long words', file: { content: PACKED.toString('base64'), encoding: 'gzip+base64' }, text: 'packed ü' },
  { sentence: 'from gzip in escapes', file: { content: ESCAPED, encoding: 'gz' }, text: 'packed ü' },
];

for (const { sentence, file, text, mode } of WRITTEN) {
  test(`a file is written ${sentence}`, () => {
    const made = machine();
    writeGivenFile(made, { owner: ME, ...file, path: '/etc/new folder/file' });
    assert.equal(made.readText('/etc/new folder/file'), text);
    if (mode !== undefined) assert.equal((statSync(join(made.root, '/etc/new folder/file')).mode & 0o777).toString(8), mode);
  });
}

test('a file that cannot be written is told with the reason, leaves nothing behind, and the others are written', () => {
  const made = machine({ '/etc/folder/x': '' });
  writeGivenFiles(made, [
    { path: '/etc/bad', content: '!', encoding: 'b64', owner: ME },
    { path: '/etc/unpacked', content: 'aGVsbG8=', encoding: 'gz+b64', owner: ME },
    { path: '/etc/strange', content: 'x', owner: 'nobody-knows-them' },
    { path: '/etc/folder', content: 'x', owner: ME },
    { path: '/etc/good', content: 'good', owner: ME },
  ]);
  assert.match(
    made.readText('/dev/kmsg') ?? '',
    /\/etc\/bad is not written: .*\n.*\/etc\/unpacked is not written: .*gzip.*\n.*\/etc\/strange is not written: .*nobody-knows-them.*\n.*\/etc\/folder is not written: there is a folder/,
  );
  assert.equal(made.readText('/etc/good'), 'good');
  assert.equal(made.runAll([{ argv: ['ls', '/etc'] }])[0]?.stdout, 'folder\ngood\n');
});

test('a file for another container is given to System Docker as an archive, and refused where there is no such container', () => {
  const seen: (readonly string[])[] = [];
  const made = machine(
    {},
    {
      answer({ argv }) {
        seen.push(argv);
        return { status: argv.includes('syslog') ? 0 : 1, stdout: 'there is no such container' };
      },
    },
  );
  writeGivenFile(made, { path: '/etc/x', container: 'syslog' });
  assert.throws(() => writeGivenFile(made, { path: '/etc/x', container: 'nobody' }), /\/etc\/x in the container nobody is not written: there is no such/);
  assert.deepEqual(
    ['console', '', undefined, 'syslog'].map((container) => isForConsole({ path: '/x', ...(container === undefined ? {} : { container }) })),
    [true, true, true, false],
  );
});

test('commands are run in order, as a line or as words, and one that fails stops no other', () => {
  const made = machine();
  const log = join(made.root, 'log');
  const commands = ['echo "$HOME"; exit 7', ['printf', '%s\n', 'two words', '$HOME'], 'echo last >&2'];
  runUserCommands(made, { key: 'runcmd', commands, log: '/log' });
  assert.equal(made.readText('/log'), '/root\ntwo words\n$HOME\nlast\n');
  assert.equal((statSync(log).mode & 0o777).toString(8), '600');
  assert.match(made.readText('/dev/kmsg') ?? '', /^<3>ros: runcmd: command 1 ended with status 7; its output stands in \/log\n$/);
  assert.equal(made.runAll([{ argv: ['ls', '/run/ros'] }])[0]?.stdout, '');
});

test('a line never shows among the arguments of a program', () => {
  const seen: string[] = [];
  const made = machine(
    {},
    {
      answer({ argv }) {
        seen.push(argv.join(' '));
        return undefined;
      },
    },
  );
  runUserCommands(made, { key: 'runcmd', commands: ['true secret'], log: '/log' });
  assert.ok(seen.length > 0);
  assert.doesNotMatch(seen.join('\n'), /secret/);
});

test('a command that leaves something running in the background is not waited for', () => {
  const made = machine();
  runUserCommands(made, { key: 'runcmd', commands: ['sleep 1000 & echo $! >&2'], log: '/log' });
  const pid = Number(made.readText('/log')?.trim());
  assert.ok(process.kill(pid));
});

test('bootcmd is run once in a start, and one that hangs is ended', () => {
  const seen: (readonly string[])[] = [];
  const made = machine(
    {},
    {
      answer({ argv }) {
        seen.push(argv);
        return argv.includes('hang') ? { status: 124, stdout: '' } : undefined;
      },
    },
  );
  runBootCommands(made, { bootcmd: [['hang'], 'echo second'] });
  runBootCommands(made, { bootcmd: [['hang'], 'echo second'] });
  assert.equal(seen.filter((argv) => argv.includes('hang')).length, 1);
  assert.ok(seen.some((argv) => argv.join(' ').includes('timeout -k 5 60 hang')));
  assert.match(made.readText('/dev/kmsg') ?? '', /bootcmd: command 1 took more than 60 seconds/);
  assert.equal(made.readText('/run/ros/bootcmd.log'), 'second\n');
});

test('a script from user-data is run with the interpreter it names, or by sh, and its failure is told', () => {
  const made = machine({ [USER_DATA_SCRIPT.path]: '#!/bin/bash\necho "${BASH_VERSION:+bash}"; exit 4\n' });
  runStartScript(made, USER_DATA_SCRIPT);
  assert.equal(made.readText(USER_DATA_SCRIPT.log), 'bash\n');
  assert.match(made.readText('/dev/kmsg') ?? '', /cloud-config-script ended with status 4; its output stands in \/var\/log\//);
  const plain = machine({ [USER_DATA_SCRIPT.path]: 'echo plain\n' });
  runStartScript(plain, USER_DATA_SCRIPT);
  assert.equal(plain.readText(USER_DATA_SCRIPT.log), 'plain\n');
});

test('rc.local is run only where it may be executed, and no script at all is no failure', () => {
  const made = machine({ [RC_LOCAL.path]: '#!/bin/sh\necho here\n' });
  runStartScript(made, RC_LOCAL);
  assert.equal(made.readText(RC_LOCAL.log), undefined);
  chmodSync(join(made.root, RC_LOCAL.path), 0o755);
  runStartScript(made, RC_LOCAL);
  assert.equal(made.readText(RC_LOCAL.log), 'here\n');
  runStartScript(made, USER_DATA_SCRIPT);
  assert.equal(made.readText('/dev/kmsg'), undefined);
});

const UUID = { '/proc/sys/kernel/random/uuid': 'aaaa-1\n' };

/** What is new in a list for this console. */
function freshIn(made: ReturnType<typeof machine>, list: readonly string[]): readonly string[] {
  const due = dueInConsole(made, 'files', list);
  const fresh = list.filter((_, index) => due.has(index));
  for (const index of list.keys()) due.settle(index);
  return fresh;
}

test('what is done once in a start is not done again by a console that starts anew; another console is prepared anew', () => {
  const made = machine(UUID);
  const done: string[] = [];
  const again = () => {
    onceInStart(made, 'runcmd', () => done.push('start'));
    done.push(...freshIn(made, ['console']));
  };
  again();
  again();
  assert.deepEqual(done, ['start', 'console']);
  made.runAll([{ argv: ['rm', '-r', '/var/lib/ros'] }]);
  made.writeText('/proc/sys/kernel/random/uuid', 'bbbb-2\n');
  again();
  assert.deepEqual(done, ['start', 'console', 'console']);
});

test('what comes late in a start brings only what is new in it: files, commands and scripts are dealt with once each', () => {
  const made = machine(UUID);
  const commands = (list: readonly string[]) => runUserCommands(made, { key: 'runcmd', commands: list, log: '/log', due: due(made, 'runcmd', list) });
  assert.deepEqual([freshIn(made, ['a', 'b']), freshIn(made, ['a', 'c', 'b'])], [['a', 'b'], ['c']]);
  commands(['echo one', 'echo two', 'echo two']);
  commands(['echo zero', 'echo one', 'echo two', 'echo two', 'echo two']);
  assert.equal(made.readText('/log'), 'one\ntwo\ntwo\nzero\ntwo\n');
});

/** Has a process claim a list, settle its first item, and go; gives the indices that the next one has to deal with. */
function afterwards(claimer: 'is gone' | 'is there'): readonly number[] {
  const made = machine();
  const list = ['a', 'b', 'c'];
  due(made, 'runcmd', list).settle(0);
  if (claimer === 'is gone') made.runAll([{ argv: ['sh', '-c', 'for file; do grep -q settled "$file" || echo "4194305 qjs" >"$file"; done', 'sh', ...claims(made)] }]);
  const next = due(made, 'runcmd', list);
  return [...list.keys()].filter((index) => next.has(index));
}

const claims = (made: ReturnType<typeof machine>) => made.files('/run/ros/claims').map((name) => `/run/ros/claims/${name}`);

test('what somebody has claimed and not come to is due again when they are gone, and not before', () => {
  assert.deepEqual(afterwards('is there'), []);
  assert.deepEqual(afterwards('is gone'), [1, 2]);
});

test('a share that a server does not hand out is asked for once, and one whose server cannot be reached yet until it can', () => {
  let script = '';
  const answer = ({ argv }: { readonly argv: readonly string[] }) => {
    script = argv.find((word) => word.includes('findmnt')) ?? '';
    return { status: 0, stdout: '' };
  };
  mountGiven(machine({}, { answer }), ['host:/share', '/mnt', 'nfs', '']);
  /** What mount is called with, where it prints these words one after the other and succeeds when there are no more. */
  const asked = (type: string, options: string, trouble: readonly string[] = []) => {
    const folder = mkdtempSync(join(tmpdir(), 'mounts-'));
    writeFileSync(join(folder, 'trouble'), trouble.map((line) => `${line}\n`).join(''));
    const stubs = `cd ${folder}; exec 9>&1; findmnt() { false; }; mkdir() { :; }; sleep() { :; }
mount() { echo "$*" >&9; read -r line <trouble || return 0; sed -i 1d trouble; echo "$line"; return 32; }; `;
    const argv = ['-c', stubs + script.replace('exec mount', 'mount'), 'ros', 'host:/share', '/mnt', type, options, '20'];
    const { stdout } = spawnSync('sh', argv, { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    return stdout.trim();
  };
  assert.equal(asked('nfs', ''), '-t nfs -o retry=0 host:/share /mnt');
  assert.equal(asked('nfs4', 'ro'), '-t nfs4 -o retry=0,ro host:/share /mnt');
  assert.equal(asked('nfs', 'ro,retry=5'), '-t nfs -o ro,retry=5 host:/share /mnt');
  assert.equal(asked('cifs', 'guest'), '-t cifs -o guest host:/share /mnt');
  // The network is not there yet.
  const call = '-t nfs4 -o retry=0 host:/share /mnt';
  assert.equal(asked('nfs4', '', ['mount.nfs4: Network is unreachable', 'mount.nfs4: Failed to resolve server host']), `${call}\n${call}\n${call}`);
  const refused = 'mount.nfs4: access denied by server while mounting host:/share';
  assert.equal(asked('nfs4', '', [refused]), `${call}\n${refused}`);
});

test('a mount point must be an absolute path, and what mount says is told', () => {
  const made = machine({}, { answer: () => ({ status: 32, stdout: 'mount: wrong fs type\nmore\n' }) });
  assert.throws(() => mountGiven(made, ['/dev/vdb', 'mnt', 'ext4', '']), /mounts: “mnt” is no absolute path; \/dev\/vdb is not mounted/);
  assert.throws(() => mountGiven(made, ['/dev/vdb', '/mnt', 'ext4', '']), /mounts: \/dev\/vdb is not mounted on \/mnt: mount: wrong fs type$/);
});
