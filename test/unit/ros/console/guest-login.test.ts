import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guestLogin } from '../../../../overlays/ros/commands/guest-login.ts';
import type { Command, Result } from '../../../../overlays/ros/runtime/system.ts';
import { machine } from '../machine.ts';

const KEY = `ssh-ed25519 ${'A'.repeat(68)} somebody\n`;

/** A machine whose key comes after some looks; gives its passwords in the order in which they were set. */
function login({ words, looks = 0, uploaded = false }: { readonly words: string; readonly looks?: number; readonly uploaded?: boolean }) {
  const passwords: string[] = [];
  let left = looks;
  let unpacked = false;
  const answer = ({ argv, stdin }: Command): Result | undefined => {
    const script = argv[argv.indexOf('sh') + 2] ?? '';
    if (argv[0] === 'chpasswd') passwords.push(`${argv.slice(1).join(' ')} ${stdin?.trim()}`.trim());
    else if (script.includes('stat -c %u')) {
      assert.deepEqual([argv[0], argv.includes('setpriv')], ['timeout', true], 'it may be a pipe of anybody’s');
      if (!argv.some((word) => word.startsWith('/home/docker'))) return { status: 1, stdout: '' };
      if (left > 0 || (uploaded && !unpacked)) {
        left -= 1;
        return { status: 1, stdout: '' };
      }
      return { status: 0, stdout: KEY };
    } else if (script.includes('tar -xOf')) return { status: 0, stdout: uploaded ? KEY : '' };
    else if (script.startsWith('[ -f')) return { status: uploaded ? 0 : 1, stdout: '' };
    else if (argv.includes('setpriv')) unpacked = true;
    return { status: 0, stdout: '' };
  };
  const system = machine({ '/proc/cmdline': `${words}\n` }, { answer });
  assert.equal(guestLogin(system), 0);
  return { passwords, system };
}

test('nobody may log in by guest operations unless the machine was started that way', () => {
  assert.deepEqual(login({ words: '' }).passwords, []);
});

test('docker-machine may log in until there is a key', () => {
  const { passwords, system } = login({ words: 'rancher.docker_machine_login=true', looks: 5 });
  assert.deepEqual(passwords, ['docker:tcuser', '--encrypted docker:*']);
  assert.match(system.readText('/dev/kmsg') ?? '', /may log in as docker until.*\n.*may log in no more/);
});

test('a machine that has a key already lets nobody in by password', () => {
  assert.deepEqual(login({ words: 'rancher.docker_machine_login=true' }).passwords, ['--encrypted docker:*']);
});

test('an archive that docker-machine could not unpack is unpacked for it', () => {
  assert.deepEqual(login({ words: 'rancher.docker_machine_login=true', uploaded: true }).passwords, ['docker:tcuser', '--encrypted docker:*']);
});
