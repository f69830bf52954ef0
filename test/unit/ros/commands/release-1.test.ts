import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { GONE_PROGRAMS } from '../../../../overlays/ros/commands/of-release-1.ts';
import { dispatch } from '../../../../overlays/ros/dispatch.ts';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import { projectFolder } from '../../../rig/project.ts';
import { type Machine, machine } from '../machine.ts';

const SHIPPED = readFileSync(join(projectFolder, 'overlays/system/usr/share/ros/os-config.yml'), 'utf8');
const USER = 'Name:\tros\nUid:\t1100\t1100\t1100\t1100\n';

/** A machine on which nothing happens: every command succeeds and says little. */
function quiet(words: readonly string[], { program = 'ros', user = '' } = {}): Machine {
  const files = {
    '/dev/kmsg': '',
    '/etc/docker/daemon.json': '{}',
    '/proc/cmdline': '',
    '/tmp/list.yml': 'current: rancher/os:v1.6.0\n',
    '/tmp/c.yml': '#cloud-config\nhostname: a\n',
    '/usr/lib/os-release': 'VERSION=v1.6.0\n',
    '/usr/share/ros/os-config.yml': SHIPPED,
    ...(user === '' ? {} : { '/proc/self/status': user }),
  };
  const system = machine(files, {
    args: words,
    answer: ({ argv: [first, ...rest], stdin = '' }) => {
      if (first === 'id') return { status: 0, stdout: '0\n' };
      if (first === 'docker' && rest[0] === '--version') return { status: 0, stdout: 'Docker version 26.1.5' };
      if (first === 'ip') return { status: 0, stdout: '[]' };
      if (first === 'curl') return { status: 0, stdout: `${stdin.includes('containers/json') ? '[]' : '{}'}\n${/request = "(GET)"/.test(stdin) ? 200 : 204}` };
      return { status: 0, stdout: '' };
    },
  });
  return { ...system, program };
}

/** What a person sees, and the exit status. */
async function said(system: Machine): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const status = await dispatch(system);
    return { status, text: [...system.printed, ...system.complained].join('\n') };
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return { status: 1, text: error.message };
  }
}

/** Everything that `ros` of RancherOS 1 took and that is taken here. */
const THERE: readonly string[] = [
  '-v',
  '--version',
  'help',
  'config get rancher.console',
  'c get rancher.console',
  'config set rancher.debug true',
  'config images',
  'config images -i /tmp/c.yml',
  'config export -o /tmp/out -p -f',
  'config export --private --full',
  'config merge -i /tmp/c.yml',
  'config validate -i /tmp/c.yml',
  'console list -u',
  'console switch default -f --no-pull',
  'console enable default',
  'engine list -u',
  'engine switch docker-26.1.5 -f --no-pull',
  'engine enable docker-26.1.5',
  'service list -a -u',
  's list',
  'service enable volume-nfs',
  'service disable volume-nfs',
  'service delete volume-nfs',
  'service create syslog',
  'service up --foreground --no-recreate syslog',
  'service up --force-recreate syslog',
  'service start syslog',
  'service logs --lines 5 -f syslog',
  'service restart -t 5 syslog',
  'service stop -t 5 syslog',
  'service rm -f -v syslog',
  'service pull syslog',
  'service kill -s SIGHUP syslog',
  'service ps',
  'os list /tmp/list.yml',
  'os version',
  'tls generate -H name -s -d /tmp/tls',
  'tls gen --help',
  'install -t generic -c /tmp/c.yml -d /dev/vdz --statedir x -f --no-reboot -a quiet',
  'dev /dev/null',
  'env true',
  'entrypoint true',
  'console-init',
  'preload-images',
  'switch-console default',
];
for (const line of THERE) {
  test(`“ros ${line}” of RancherOS 1 is there`, async () => {
    const { status, text } = await said(quiet(line.split(' ')));
    assert.notEqual(status, 2, text);
    assert.doesNotMatch(text, /is gone|There is no option|there is no command|is not known/);
  });
}

/** What is no more, and a word of what does its work. */
const GONE: readonly (readonly [string, RegExp])[] = [
  ['config generate', /served the build/],
  ['config syslinux', /GRUB starts this system/],
  ['engine create mine -v 18.03.1', /docker:dind/],
  ['engine rm mine -t 3 -f', /docker:dind/],
  ['engine switch docker-17.03.2-ce', /one engine, that of the release/],
  ['service build web', /build an image with docker/],
  ['os upgrade -s -i rancher/os:v1.5.8 -f --no-reboot -k --append quiet --upgrade-console --debug', /ros install/],
  ['upgrade', /ros os/],
  ['install -d /dev/vdz -i rancher/os:v1.5.8', /medium that the machine was started from/],
  ['install -d /dev/vdz -p /dev/vdz1', /whole disk/],
  ['install -d /dev/vdz -t rancher-upgrade', /generic/],
  ['install -d /dev/vdz -k', /--no-reboot/],
  ['install -d /dev/vdz -s', /preload/],
  ['install -d /dev/vdz --debug', /rancher\.debug=true/],
  ['docker-init', /sudo ros service restart docker/],
  ['user-docker', /sudo ros service restart docker/],
  ['recovery-init', /rancher\.recovery=true/],
  ['udev-settle', /udevadm settle/],
  ['selinux', /no policy/],
];
for (const [line, instead] of GONE) {
  test(`“ros ${line}” of RancherOS 1 is refused, and told what does its work`, async () => {
    const { status, text } = await said(quiet(line.split(' ')));
    assert.notEqual(status, 0);
    assert.match(text, instead);
    assert.doesNotMatch(text, /There is no option|there is no command/);
  });
}

const PROGRAMS = [
  'autologin',
  'cloud-init-execute',
  'cloud-init-save',
  'dockerlaunch',
  'halt',
  'netconf',
  'poweroff',
  'reboot',
  'recovery',
  'respawn',
  'ros-bootstrap',
  'ros-sysinit',
  'shutdown',
  'system-docker-runc',
  'wait-for-docker',
];
test('each program of RancherOS 1 is a link to ros, and works or says what does its work', async () => {
  const { links } = parse(readFileSync(join(projectFolder, 'overlays/system.yaml'), 'utf8')) as { links: Record<string, string> };
  const ours = Object.entries(links).flatMap(([path, target]) => (/(^|\/)ros$/.test(target) ? [path.replace(/.*\//, '')] : []));
  assert.deepEqual(ours.sort(), [...PROGRAMS].sort());
  for (const program of PROGRAMS) {
    const { status, text } = await said(quiet(['--help'], { program: `/usr/bin/${program}` }));
    assert.equal(status, program in GONE_PROGRAMS ? 1 : 0, program);
    assert.match(text, program in GONE_PROGRAMS ? new RegExp(`^${program} is gone: .{20,}\\.$`) : /usage: /, program);
  }
});

test("wait-for-docker returns when the user's Docker answers, and fails with a sentence when it never does", async () => {
  assert.equal((await said(quiet([], { program: 'wait-for-docker' }))).status, 0);
  const dead: Machine = { ...quiet([], { program: 'wait-for-docker' }), runAll: (commands) => commands.map(() => ({ status: 7, stdout: '\n000' })) };
  assert.match((await said(dead)).text, /the user's Docker does not answer/);
});

const ROOTS = [
  'service list',
  'service ps',
  'console list',
  'os list',
  'env',
  'env true',
  'engine list',
  'cloud-init status',
  'netconf',
  'tls generate',
  'dev LABEL=x',
  'config get hostname',
  'config validate --all',
  'shutdown now',
];
for (const line of ROOTS) {
  test(`“ros ${line}”, by somebody who is not root, asks for sudo instead of telling half of it`, async () => {
    const words = line.split(' ');
    const { status, text } = await said(quiet(words, { user: USER }));
    assert.equal(status, 1);
    assert.match(text, new RegExp(`sudo ros ${words.slice(0, 2).join(' ')}`));
  });
}
for (const program of ['reboot', 'poweroff', 'halt', 'shutdown']) {
  test(`${program}, by somebody who is not root, asks for sudo`, async () => {
    assert.match((await said(quiet([], { program, user: USER }))).text, new RegExp(`sudo ${program}`));
  });
}
for (const line of ['service --help', 'console -h', 'os version', 'os list /tmp/list.yml', 'config validate -i /tmp/c.yml', 'dev /dev/null', '-v', 'help', 'service']) {
  test(`“ros ${line}” needs no root`, async () => {
    assert.doesNotMatch((await said(quiet(line.split(' '), { user: USER }))).text, /sudo ros/);
  });
}

test('the beginning of a name is near enough to be meant', async () => {
  for (const [line, near] of [
    ['serv', 'service'],
    ['vers', 'version'],
    ['console enab', 'enable'],
    ['service rest', 'restart'],
    ['config exp', 'export'],
    ['sevrice', 'service'],
  ] as const) {
    const { status, text } = await said(quiet(line.split(' ')));
    assert.equal(status, 2);
    assert.match(text, new RegExp(`Did you mean ${near}\\?`), line);
  }
});
