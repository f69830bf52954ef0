import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { console as consoleCommand } from '../../../../overlays/ros/commands/console.ts';
import { awaitLogin, logins } from '../../../../overlays/ros/console/await-login.ts';
import { consoleNames, findConsole, keepConsole, withConsole } from '../../../../overlays/ros/console/consoles.ts';
import { configuredConsole, consoleSpec, isChanged } from '../../../../overlays/ros/console/replace-console.ts';
import { Engine } from '../../../../overlays/ros/docker/engine.ts';
import type { Command } from '../../../../overlays/ros/runtime/system.ts';
import { readServices } from '../../../../overlays/ros/services/config.ts';
import { type MachineOptions, machine } from '../machine.ts';

const OS_CONFIG = `rancher:
  services:
    all-volumes: {image: base, volumes: ['/run:/run']}
    console:
      image: rancher/os-console:\${VERSION}
      command: /usr/lib/ros/services/console
      privileged: true
      labels: {io.rancher.os.console: default, io.rancher.os.scope: system}
      volumes_from: [all-volumes]
`;
const FILES = { '/usr/share/ros/os-config.yml': OS_CONFIG, '/usr/lib/os-release': 'VERSION="v1.5.9"\n' };
const SERVICES = readServices(machine(FILES));

/** Programs with these words end with this status; System Docker's API says these things, by method and path. */
function withDocker(images: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const seen: Command[] = [];
  const answer: NonNullable<MachineOptions['answer']> = (command) => {
    const { argv, stdin = '' } = command;
    if (argv[0] === 'system-docker') {
      seen.push(command);
      return { status: images.includes(argv.at(-1) ?? '') ? 0 : 1, stdout: 'pull access denied' };
    }
    if (argv[0] !== 'curl') return undefined;
    seen.push(command);
    const url = /^url = "(.*)"$/m.exec(stdin)?.[1] ?? '';
    if (url.startsWith('https://consoles/')) return { status: 0, stdout: 'console: {image: "far:1"}\n200' };
    if (url.endsWith('/containers/console/json')) {
      return { status: 0, stdout: `${JSON.stringify({ RestartCount: 0, State: {}, Config: { Labels: { 'io.rancher.os.console': 'default' } } })}\n200` };
    }
    return { status: 0, stdout: url.includes('/create') ? '{}\n201' : '\n204' };
  };
  return { made: machine({ ...FILES, ...files }, { answer }), seen };
}

test('a console is named by an image, a file or a URL, and gets its name from there', () => {
  const { made } = withDocker([], { '/tmp/My.yml': 'console: {image: "a:1"}', '/tmp/b.yml': 'services: {console: {image: "b:1", labels: {io.rancher.os.console: bee}}}' });
  assert.deepEqual(
    ['registry:5000/x/debian:13', '/tmp/My.yml', '/tmp/b.yml', 'https://consoles/far.yml'].map((given) => {
      const { name, image } = findConsole(made, given);
      return [name, image];
    }),
    [
      ['debian', 'registry:5000/x/debian:13'],
      ['my', 'a:1'],
      ['bee', 'b:1'],
      ['far', 'far:1'],
    ],
  );
});

test('a name that nobody knows, a file without a console and the name of the default one are refused', () => {
  const { made } = withDocker([], { '/tmp/x.yml': 'a: {image: "1"}\nb: {image: "2"}\n', '/var/lib/rancher/consoles/debian.yml': 'console: {image: d}' });
  assert.throws(() => findConsole(made, 'debain'), /no console debain\. Did you mean debian\?/);
  assert.throws(() => findConsole(made, '/tmp/x.yml'), /\/tmp\/x\.yml defines no console/);
  assert.throws(() => findConsole(made, '/tmp/none.yml'), /no file \/tmp\/none\.yml/);
  assert.throws(() => findConsole(made, 'mine/default:1'), /cannot be the name of a console/);
});

test('what a definition does not say is as in the default console, and what the logins need is laid into it', () => {
  const { made } = withDocker([]);
  keepConsole(made, { name: 'debian', text: 'console: {image: "d:1", environment: [A=b], volumes: ["/srv:/srv"]}' });
  assert.deepEqual(consoleNames(made), ['default', 'debian']);
  const service = withConsole(made, SERVICES, 'debian').get('console');
  assert.equal(service?.image, 'd:1');
  assert.equal(service?.command, '/usr/lib/ros/services/console');
  assert.equal(service?.privileged, true);
  assert.equal(service?.labels?.['io.rancher.os.console'], 'debian');
  assert.ok(service?.volumes?.includes('/usr/lib/ros/foreign/by-release:/usr/bin/ros:ro'));
  assert.ok(service?.volumes?.includes('/srv:/srv'));
  assert.deepEqual(service?.environment, ['PATH=/usr/lib/ros/foreign:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'A=b']);
  assert.equal(withConsole(made, SERVICES, 'default'), SERVICES);
});

test('at the start a console that is not known is told, and the default one starts', () => {
  const { made } = withDocker([]);
  assert.equal(configuredConsole(made, SERVICES, { rancher: { console: 'nobody' } }), SERVICES);
  assert.match(made.readText('/dev/kmsg') ?? '', /^<3>ros: rancher\.console: there is no console nobody\. .*The default console starts instead\.$/m);
});

/** Definitions in which one key has a form that it cannot have. */
const WRONG = [
  'volumes: {/a: /b}',
  'restart: perhaps',
  'volumes: [[5]]',
  'ports: 80',
  'labels: 5',
  'mem_limit: [1]',
  'image: [x]',
  'env_file: [/none]',
  'stop_grace_period: soon',
  'devices: [x]',
  'links: {a: b}',
];

for (const wrong of WRONG) {
  const text = `console:\n  image: there:1\n  ${wrong}\n`.replace(/ {2}image: there:1\n(?= {2}image)/, '');
  test(`a definition with “${wrong}” is refused before anything is written`, () => {
    const { made } = withDocker(['there:1'], { '/tmp/mine.yml': text });
    assert.throws(() => consoleCommand(made, ['enable', '/tmp/mine.yml']), /nothing was changed|defines no console/);
    assert.throws(() => consoleCommand(made, ['switch', '-f', '/tmp/mine.yml']), /nothing was changed|defines no console/);
    assert.equal(made.readText('/var/lib/rancher/conf/cloud-config.yml'), undefined);
    assert.deepEqual(consoleNames(made), ['default']);
  });

  test(`one with “${wrong}” that lies on the disk costs no more than what is wrong in it`, () => {
    const { made } = withDocker([], { '/var/lib/rancher/consoles/mine.yml': text });
    const services = configuredConsole(made, SERVICES, { rancher: { console: 'mine' } });
    assert.match(consoleSpec(made, {}, services).Image, /^(there:1|rancher\/os-console:v1\.5\.9)$/);
    assert.match(made.readText('/dev/kmsg') ?? '', /^<3>ros: rancher\.console: .+/m);
  });
}

test('a mistake in a definition is told with its line and column', () => {
  const { made } = withDocker(['there:1'], { '/tmp/mine.yml': 'console:\n  image: there:1\n  volumes: {/a: /b}\n' });
  assert.throws(() => consoleCommand(made, ['enable', '/tmp/mine.yml']), /\/tmp\/mine\.yml:3:3: error: .*volumes/);
});

test('what System Docker refuses to make is not enabled', () => {
  const { made, seen } = withDocker(['there:1'], { '/tmp/mine.yml': 'console: {image: "there:1", volumes: ["/a:/b:bad"]}' });
  const refusing = {
    ...made,
    runAll: (commands: readonly Command[]) =>
      commands.map((command) => {
        const asksToMake = command.stdin?.includes('/containers/create?name=console-proof') === true;
        return asksToMake ? { status: 0, stdout: '{"message":"invalid mode: bad"}\n400' } : (made.runAll([command])[0] ?? { status: 127, stdout: '' });
      }),
  };
  assert.throws(() => consoleCommand(refusing, ['enable', '/tmp/mine.yml']), /console mine cannot be made, and nothing was changed: invalid mode: bad/);
  assert.equal(made.readText('/var/lib/rancher/conf/cloud-config.yml'), undefined);
  assert.ok(seen.some(({ stdin }) => stdin?.includes('/containers/console-proof?force=true')));
});

test('a console starts as the default one does, whatever its labels say of scope, order and end', () => {
  const labels = '{io.rancher.os.scope: user, io.rancher.os.detach: "false", io.rancher.os.createonly: "true", io.rancher.os.after: docker, cron.schedule: "* * * * *", mine: kept}';
  const { made } = withDocker([], { '/var/lib/rancher/consoles/mine.yml': `console: {image: "a:1", labels: ${labels}}` });
  assert.deepEqual(withConsole(made, SERVICES, 'mine').get('console')?.labels, { 'io.rancher.os.console': 'mine', 'io.rancher.os.scope': 'system', mine: 'kept' });
});

test('where rancher.services has spoilt the default console, the console of the release starts', () => {
  for (const spoilt of ['volumes_from: [gone]', 'labels: {io.rancher.os.detach: "false"}', 'stop_grace_period: soon', 'labels: {io.rancher.os.scope: user}']) {
    const { made } = withDocker([], { '/var/lib/rancher/conf/cloud-config.yml': `rancher: {services: {console: {${spoilt}}}}` });
    const services = configuredConsole(made, readServices(made), {});
    assert.deepEqual(consoleSpec(made, {}, services).HostConfig.Binds, ['/run:/run']);
    assert.match(made.readText('/dev/kmsg') ?? '', /rancher\.services\.console: .*The default console starts instead/);
  }
});

test('the default console is watched where somebody has given it another definition', () => {
  const given = (text: string) => machine({ ...FILES, '/var/lib/rancher/conf/cloud-config.yml': text });
  assert.equal(isChanged(given('rancher: {services: {console: {command: sleep 1}}}'), SERVICES), true);
  assert.equal(isChanged(given('rancher:\n  services:\n    console:\n      command: sleep 1\n'), SERVICES), true);
  assert.equal(isChanged(given('rancher: {console: debian}'), SERVICES), false);
});

/** A console in which these processes are seen, one list each second; the last one stays. */
function running(lists: readonly (readonly (readonly [string, string])[])[], files: Readonly<Record<string, string>> = {}) {
  let asked = 0;
  const made = machine(files, {
    answer({ stdin = '' }) {
      if (!stdin.includes('/top?')) return { status: 0, stdout: `${JSON.stringify({ RestartCount: 0, State: { Running: true } })}\n200` };
      const Processes = lists[Math.min(asked++, lists.length - 1)];
      return { status: 0, stdout: `${JSON.stringify({ Titles: ['PID', 'COMMAND'], Processes })}\n200` };
    },
  });
  return awaitLogin(made, new Engine(made));
}

test('a console is judged by its logins: one that only runs is told, one whose getty ends each second too', () => {
  assert.match(running([[['7', '/bin/sh /usr/lib/ros/services/console']]]) ?? '', /no login in it/);
  assert.match(running(Array.from({ length: 90 }, (_, second) => [[String(second + 10), 'agetty --noclear tty1']] as const)) ?? '', /no login in it/);
  assert.equal(running([[['9', 'agetty --noclear tty1']]]), undefined);
  assert.equal(running([[], [], [['9', 'sshd: /usr/sbin/sshd']]], { '/run/sshd.pid': '9\n' }), undefined);
});

test('a login is a getty or what follows it, however it is started, and the sshd that listens', () => {
  const seen = [
    ['1', '/run/rancher/release/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --argv0 a /run/rancher/release/usr/sbin/agetty --noclear tty1'],
    ['2', 'login -- rancher'],
    ['3', '-bash'],
    ['4', 'sshd: /usr/sbin/sshd -D'],
    ['5', 'vi agetty.c'],
    ['6', '/usr/sbin/sshd -D'],
  ] as const;
  const processes = seen.map(([pid, command]) => ({ pid, command }));
  assert.deepEqual(logins(processes, '4'), ['1', '2', '3', '4']);
});

test('enable keeps the definition and sets rancher.console; an image that cannot be had changes nothing', () => {
  const { made } = withDocker(['there:1']);
  assert.throws(() => consoleCommand(made, ['enable', 'gone/away:1']), /gone\/away:1 cannot be pulled: pull access denied\. Without a network: `system-docker load/);
  assert.throws(() => consoleCommand(made, ['enable', '--no-pull', 'gone/away:1']), /System Docker has no image gone\/away:1/);
  assert.equal(made.readText('/var/lib/rancher/conf/cloud-config.yml'), undefined);
  assert.deepEqual(consoleNames(made), ['default']);
  assert.equal(consoleCommand(made, ['enable', 'there:1']), 0);
  assert.match(made.readText('/var/lib/rancher/conf/cloud-config.yml') ?? '', /^rancher:\n {2}console: there$/m);
});

test('list says which console runs and which one starts next, also as JSON', () => {
  const { made } = withDocker(['there:1']);
  consoleCommand(made, ['enable', 'there:1']);
  made.printed.splice(0);
  consoleCommand(made, ['list']);
  consoleCommand(made, ['list', '--json']);
  assert.deepEqual(made.printed, ['current  default', 'enabled  there', '[{"name":"default","state":"current"},{"name":"there","state":"enabled"}]']);
});

test('switch leaves the work to a container beside the console', () => {
  const { made, seen } = withDocker(['there:1']);
  assert.equal(consoleCommand(made, ['switch', '-f', 'there:1']), 0);
  const created = seen.find(({ stdin }) => stdin?.includes('/containers/create?name=switch-console'));
  assert.match(created?.stdin ?? '', /\\"Cmd\\":\[\\"ros\\",\\"switch-console\\",\\"there\\"\]/);
  assert.match(created?.stdin ?? '', /\\"Image\\":\\"rancher\/os-base:v1\.5\.9\\"/);
});

test('switch changes nothing where nobody says yes', () => {
  const { made } = withDocker(['there:1']);
  const silent = { ...made, runAll: (commands: readonly Command[]) => (commands[0]?.argv.join(' ').includes('/dev/tty') ? [{ status: 1, stdout: '' }] : made.runAll(commands)) };
  assert.throws(() => consoleCommand(silent, ['switch', 'there:1']), /nothing was changed/);
  assert.deepEqual(consoleNames(made), ['default']);
});

const DEBIAN = {
  '/usr/share/ros/consoles/debian.yml': 'console: {image: "rancher/debian:13", labels: {io.rancher.os.console: debian, io.rancher.os.archive: console-debian.tar.gz}}',
};

test('a console of the release is known, and where its image is not there it is said which file has it', () => {
  const { made } = withDocker([], DEBIAN);
  assert.deepEqual(consoleNames(made), ['default', 'debian']);
  assert.throws(() => consoleCommand(made, ['enable', 'debian']), /image of the console debian is in console-debian\.tar\.gz beside the release: `ros console switch PATH`/);
});

/** A System Docker that has what it was given to load. */
function loading(files: Readonly<Record<string, string>>, answers = 'Loaded image: rancher/debian:13\n') {
  const asked: string[] = [];
  const made: ReturnType<typeof machine> = machine(
    { ...FILES, ...DEBIAN, ...files },
    {
      answer({ argv, stdin = '' }) {
        asked.push(argv.join(' '));
        if (argv.includes('load')) return { status: 0, stdout: answers };
        if (argv.includes('inspect')) return { status: asked.some((line) => line.includes(' load ')) ? 0 : 1, stdout: '' };
        if (argv[0] !== 'curl') return undefined;
        const into = /^output = "(.*)"$/m.exec(stdin)?.[1];
        if (into === undefined || !stdin.includes('https://there/')) return { status: 22, stdout: '\n404' };
        made.writeText(into, 'packed');
        return { status: 0, stdout: '\n200' };
      },
    },
  );
  return { made, asked };
}

test('an archive brings a console, from a path, a URL, or where it was put on the machine', () => {
  for (const [given, loaded] of [
    ['/mnt/console-debian.tar.gz', '/mnt/console-debian.tar.gz'],
    ['https://there/console-debian.tar.gz', '/var/lib/rancher/consoles/download.tar.gz'],
    ['debian', '/var/lib/rancher/preload/system-docker/console-debian.tar.gz'],
  ] as const) {
    const { made, asked } = loading({ '/mnt/console-debian.tar.gz': 'x', '/var/lib/rancher/preload/system-docker/console-debian.tar.gz': 'x' });
    assert.equal(consoleCommand(made, ['enable', given]), 0);
    assert.ok(asked.includes(`system-docker load --input ${loaded}`), asked.join('\n'));
    assert.match(made.readText('/var/lib/rancher/conf/cloud-config.yml') ?? '', /console: debian/);
    assert.equal(made.readText('/var/lib/rancher/consoles/download.tar.gz'), undefined);
  }
});

/** A server with a release: its list of digests, and the archive, in a folder of the version. */
function released(digest: string, folder = 'v1.5.9/') {
  const asked: string[] = [];
  const made: ReturnType<typeof machine> = machine(
    { ...FILES, ...DEBIAN, '/var/lib/rancher/conf/cloud-config.yml': 'rancher: {upgrade: {url: "https://there/os/releases.yml?x"}}\n' },
    {
      answer({ argv, stdin = '' }) {
        if (argv.includes('load')) {
          asked.push(made.readText('/var/lib/rancher/consoles/download.tar.gz') ?? '');
          return { status: 0, stdout: 'Loaded image: rancher/debian:13\n' };
        }
        if (argv.includes('inspect')) return { status: asked.length > 0 ? 0 : 1, stdout: '' };
        if (argv[0] !== 'curl') return undefined;
        if (stdin.includes(`"https://there/os/${folder}SHA256SUMS"`)) return { status: 0, stdout: `${'0'.repeat(64)}  vmlinuz\n${digest}  console-debian.tar.gz\n\n200` };
        const into = /^output = "(.*)"$/m.exec(stdin)?.[1];
        if (into === undefined || !stdin.includes(`"https://there/os/${folder}console-debian.tar.gz"`)) return { status: 0, stdout: '\n404' };
        made.writeText(into, 'packed');
        return { status: 0, stdout: '\n200' };
      },
    },
  );
  return { made, asked };
}

const PACKED_DIGEST = createHash('sha256').update('packed').digest('hex');

test('the console of the release is fetched from the address of the release, by the digest in its list', () => {
  for (const folder of ['v1.5.9/', '']) {
    const { made, asked } = released(PACKED_DIGEST, folder);
    assert.equal(consoleCommand(made, ['enable', 'debian']), 0);
    assert.deepEqual(asked, ['packed']);
    assert.match(made.readText('/var/lib/rancher/conf/cloud-config.yml') ?? '', /console: debian/);
  }
});

test('an archive that is not what its release lists is not loaded', () => {
  const { made, asked } = released('1'.repeat(64));
  assert.throws(() => consoleCommand(made, ['enable', 'debian']), /console-debian\.tar\.gz beside the release: .*is not what its release lists: its SHA-256 is/);
  assert.deepEqual(asked, []);
  assert.equal(made.readText('/var/lib/rancher/consoles/download.tar.gz'), undefined);
  assert.doesNotMatch(made.readText('/var/lib/rancher/conf/cloud-config.yml') ?? '', /console/);
});

test('an archive that is not there, cannot be fetched, or holds no image changes nothing', () => {
  assert.throws(() => consoleCommand(loading({}).made, ['enable', '/mnt/none.tar']), /there is no file \/mnt\/none\.tar/);
  assert.throws(() => consoleCommand(loading({}).made, ['enable', 'https://gone/x.tar.gz']), /https:\/\/gone\/x\.tar\.gz cannot be fetched: the server answers with status 404/);
  const { made } = loading({ '/mnt/a.tar': 'x' }, 'Loaded image ID: sha256:0\n');
  assert.throws(() => consoleCommand(made, ['enable', '/mnt/a.tar']), /\/mnt\/a\.tar holds 0 images with a name/);
  assert.equal(made.readText('/var/lib/rancher/conf/cloud-config.yml'), undefined);
});

test('a verb that does not exist names the nearest one', () => {
  const { made } = withDocker([]);
  assert.equal(consoleCommand(made, ['enabel', 'x']), 2);
  assert.match(made.complained[0] ?? '', /Did you mean enable\?/);
  assert.equal(consoleCommand(made, ['enable']), 2);
});
