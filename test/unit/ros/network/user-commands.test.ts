import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommands } from '../../../../overlays/ros/network/user-commands.ts';
import type { Command } from '../../../../overlays/ros/runtime/system.ts';
import { machine } from '../machine.ts';

const SECRET = 'echo -u admin:s3cret; exit 7';

function tried(commands: readonly string[], iface?: string) {
  const argvs: string[] = [];
  const said: string[] = [];
  const system = machine(
    {},
    {
      answer: ({ argv }: Command) => {
        argvs.push(argv.join(' '));
        return undefined;
      },
    },
  );
  const complain = (path: readonly string[], sentence: string) => said.push(`${path.join('.')}: ${sentence}`);
  const missing = runCommands(system, commands, { path: ['post_up'], ...(iface === undefined ? {} : { iface }), complain });
  return { system, argvs, said, missing };
}

test('a command of the network stands in no list of processes and in no message, and its output is for root alone', () => {
  const { system, argvs, said } = tried([SECRET]);
  assert.doesNotMatch(argvs.join('\n'), /s3cret|echo/);
  assert.deepEqual(said, ['post_up: command 1 ended with status 7; its output stands in /var/log/network-commands.log.']);
  assert.equal(system.readText('/var/log/network-commands.log'), '-u admin:s3cret\n');
  assert.equal(statSync(join(system.root, '/var/log/network-commands.log')).mode & 0o777, 0o600);
});

test('a command knows the name of its interface, and nothing of how it was passed on', () => {
  const { system } = tried(['echo "$iface ${ROS_COMMAND-none} $#"'], 'eth7');
  assert.equal(system.readText('/var/log/network-commands.log'), 'eth7 none 0\n');
});

test('commands of which a program does not exist are given back, and all others are run', () => {
  const { system, said, missing } = tried(['/no/such/program now', 'echo ran', 'exit 3'], 'eth0');
  assert.deepEqual(missing, ['/no/such/program now']);
  assert.match(system.readText('/var/log/network-commands.log') ?? '', /^ran$/m);
  assert.match(said[0] ?? '', /^post_up: command 1 for eth0 ended with status 127: a program in it does not exist; its output stands in/);
  assert.match(said[1] ?? '', /^post_up: command 3 for eth0 ended with status 3/);
});
