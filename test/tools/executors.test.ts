import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { digestOf } from '../../pipeline/core/digest.ts';
import type { Piece } from '../../pipeline/core/pieces.ts';
import { pieceListText } from '../../pipeline/core/pieces.ts';
import type { Executor } from '../../pipeline/core/ports.ts';
import type { Command } from '../../pipeline/core/step.ts';
import { BwrapExecutor } from '../../pipeline/exec/bwrap.ts';
import { chooseExecutor, type SingleExecutorName } from '../../pipeline/exec/choice.ts';
import { DockerExecutor } from '../../pipeline/exec/docker/executor.ts';
import { NoneExecutor } from '../../pipeline/exec/none.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { type ContainerDockerd, containerDockerd } from '../rig/container-dockerd.ts';
import { failureOf } from '../rig/failure-of.ts';
import { MAY_RUN_DOCKERD } from '../rig/private-dockerd.ts';
import { processesNaming } from '../rig/processes.ts';
import { OneRoot, type ToolImage, toolImageFiles } from '../rig/tool-image.ts';

let folder: string;
let image: ToolImage;
let roots: OneRoot;
let dockerd: ContainerDockerd | undefined;
before(async () => {
  folder = await temporaryDirectory('executors');
  image = await toolImageFiles();
  roots = new OneRoot(image.root);
  if (MAY_RUN_DOCKERD) dockerd = await containerDockerd(path.join(folder, 'docker'));
});
after(async () => {
  for (const executor of made.values()) await executor.close?.();
  await dockerd?.stop();
  await removeTemporaryDirectory(folder);
});

/** Every executor of tools that a person may ask for, by its name, and why it cannot be tried here. */
const EXECUTORS: { readonly [name in SingleExecutorName]: { readonly make: () => Executor; readonly skip: false | string } } = {
  bwrap: { make: () => new BwrapExecutor({ roots, searchPath: '' }), skip: false },
  docker: { make: () => new DockerExecutor({ socket: dockerd?.socket ?? '' }), skip: MAY_RUN_DOCKERD ? false : 'only root may run a Docker daemon' },
  none: { make: () => new NoneExecutor({ roots }), skip: false },
};
const NAMES = Object.keys(EXECUTORS) as readonly SingleExecutorName[];

const made = new Map<SingleExecutorName, Executor>();
function executorOf(name: SingleExecutorName): Executor {
  const executor = made.get(name) ?? EXECUTORS[name].make();
  made.set(name, executor);
  return executor;
}

/** One test for each executor. */
function each(sentence: string, check: (name: SingleExecutorName) => Promise<void>, names = NAMES): void {
  for (const name of names) test(`${name} ${sentence}`, { skip: EXECUTORS[name].skip }, () => check(name));
}

interface Options {
  readonly input?: string;
  readonly pieces?: readonly Piece[];
  readonly seconds?: number;
  readonly signal?: AbortSignal;
}

/** Runs commands and gives the text of the output `result`, and where the step ran. */
async function runIn(name: SingleExecutorName, commands: readonly [Command, ...Command[]], options: Options = {}) {
  const place = await mkdtemp(path.join(folder, 'run-'));
  const outFolder = path.join(place, 'out');
  const input = path.join(place, 'input');
  await mkdir(outFolder);
  await writeFile(input, options.input ?? 'input text\n');
  // As the store keeps its files.
  await chmod(input, 0o444);
  const pieces = path.join(place, 'pieces');
  await writeFile(pieces, pieceListText(options.pieces ?? []));
  const file = (name: string, path: string) => ({ digest: digestOf(name), path });
  const running = executorOf(name).run({
    type: 'tool',
    title: 'a step',
    inputs: { input: file('input', input), pieces: file('pieces', pieces), 'deep/er/input': file('input', input) },
    outFolder,
    outputs: ['result'],
    epoch: 1_000_000_000,
    limits: { memoryMiB: 512, seconds: options.seconds ?? 60 },
    signal: options.signal ?? new AbortController().signal,
    image,
    commands,
  });
  await running;
  return { text: await readFile(path.join(outFolder, 'result'), 'utf8'), input, outFolder };
}

async function run(name: SingleExecutorName, commands: readonly [Command, ...Command[]], options: Options = {}): Promise<string> {
  return (await runIn(name, commands, options)).text;
}

/** Text that a program writes to its standard output. */
const says = (...argv: readonly [string, ...string[]]): readonly [Command] => [{ argv, stdout: '/out/result' }];

const NASTY = ['two words', "it's", '"quoted"', '$HOME', '`id`', '*', '-', ';', '\\', 'ä\tö'];

/** One contract for every executor: commands → text. */
const CONTRACT: readonly (readonly [sentence: string, commands: readonly [Command, ...Command[]], text: string])[] = [
  ['reads an input and writes an output', [{ argv: ['cp', '/in/input', '/out/result'] }], 'input text\n'],
  ['streams a file through standard input and output', [{ argv: ['tr', 'a-z', 'A-Z'], stdin: '/in/input', stdout: '/out/result' }], 'INPUT TEXT\n'],
  ['has an empty standard input where none is given', says('cat'), ''],
  ['keeps scratch files from one command to the next', [{ argv: ['cp', '/in/input', '/work/kept'] }, { argv: ['cp', '/work/kept', '/out/result'] }], 'input text\n'],
  ['reads a scratch file as standard input', [{ argv: ['cp', '/in/input', '/work/kept'] }, { argv: ['cat'], stdin: '/work/kept', stdout: '/out/result' }], 'input text\n'],
  ['starts in the scratch folder', [{ argv: ['cp', '/in/input', 'here'] }, { argv: ['cp', '/work/here', '/out/result'] }], 'input text\n'],
  ['begins with an empty scratch folder', says('ls', '-A', '/work'), ''],
  ['passes arguments as they are', says('printf', '[%s]', ...NASTY), NASTY.map((word) => `[${word}]`).join('')],
  ['finds a path behind an equals sign', [{ argv: ['dd', 'if=/in/input', 'of=/out/result', 'status=none'] }], 'input text\n'],
  ['tells the epoch, the locale and the time zone', says('printenv', 'SOURCE_DATE_EPOCH', 'LC_ALL', 'TZ'), '1000000000\nC.UTF-8\nUTC\n'],
  ['reckons in the time zone UTC', says('date', '--date=@0', '+%F %T %Z'), '1970-01-01 00:00:00 UTC\n'],
  ['sorts by bytes, not by the words of a country', [{ argv: ['sort'], stdin: '/in/words', stdout: '/out/result' }], 'B\na\nä\n'],
  ['has its scratch folder as home', says('sh', '-c', 'test "$HOME" = "$PWD" && echo so'), 'so\n'],
  ['has a fixed umask', says('sh', '-c', 'umask'), '0022\n'],
  ['makes files and directories with the modes of that umask', [{ argv: ['mkdir', 'd'] }, { argv: ['touch', 'f'] }, ...says('stat', '-c', '%n %a', 'd', 'f')], 'd 755\nf 644\n'],
  ['shows inputs as regular files that nobody may write to', says('stat', '-c', '%F %a', '/in/input', '/in/deep/er/input'), 'regular file 444\nregular file 444\n'],
  ['shows no links among its inputs', says('find', '/in', '-type', 'l'), ''],
  ['shows directories of inputs with one mode', says('stat', '-c', '%F %a', '/in', '/in/deep', '/in/deep/er'), 'directory 755\ndirectory 755\ndirectory 755\n'],
  ['shows the bytes of an input as long as they are', says('stat', '-c', '%s', '/in/input'), '11\n'],
  ['bounds the data of a tool', says('sh', '-c', 'ulimit -d'), `${512 * 1024}\n`],
  ['writes no core', says('sh', '-c', 'ulimit -c'), '0\n'],
  ['puts the words of an input behind the arguments', [{ argv: ['printf', '[%s]', 'two words'], words: '/in/input', stdout: '/out/result' }], '[two words][input][text]'],
  ['adds what the command asks for to the environment', [{ argv: ['printenv', 'EXTRA'], env: { EXTRA: 'yes' }, stdout: '/out/result' }], 'yes\n'],
  ['joins lines of both streams in its file alone', says('sh', '-c', 'echo out; echo err >&2'), 'out\n'],
];
for (const [sentence, commands, expected] of CONTRACT) {
  each(sentence, async (name) => {
    const callers = process.umask(0o077);
    process.env['TZ'] = 'Pacific/Kiritimati';
    try {
      const isSorted = commands[0].stdin === '/in/words';
      const words = isSorted ? ([{ ...commands[0], stdin: '/in/input' }] as readonly [Command]) : commands;
      assert.equal(await run(name, words, isSorted ? { input: 'ä\na\nB\n' } : {}), expected);
    } finally {
      process.umask(callers);
      delete process.env['TZ'];
    }
  });
}

each('puts pieces together as standard input, and says in an argument how much that is', async (name) => {
  const bytes = (text: string): Piece => ({ bytes: Buffer.from(text).toString('base64') });
  const pieces = [bytes('<'), { input: 'input', offset: 6, size: 4 }, { zeros: 300_000 }, { input: 'input', offset: 0, size: 5 }, bytes('>')];
  const text = await run(name, [{ argv: ['head', '-c', '{size}'], pieces: '/in/pieces', stdout: '/out/result' }], { pieces });
  assert.equal(text, `<text${'\0'.repeat(300_000)}input>`);
});

each('ends the standard input where the pieces end', async (name) => {
  assert.equal(await run(name, [{ argv: ['wc', '-c'], pieces: '/in/pieces', stdout: '/out/result' }], { pieces: [{ zeros: 5_000_000 }] }), '5000000\n');
});

each('does not mind a tool that ends before it has taken all pieces', async (name) => {
  assert.equal(await run(name, [{ argv: ['head', '-c', '2'], pieces: '/in/pieces', stdout: '/out/result' }], { pieces: [{ zeros: 1 << 30 }] }), '\0\0');
});

each('ends a tool whose pieces are not where they should be', async (name) => {
  const command: Command = { argv: ['cat'], pieces: '/in/pieces', stdout: '/out/result' };
  const failure = await failureOf(run(name, [command], { pieces: [{ zeros: 1 << 20 }, { input: 'input', offset: 8, size: 100 }] }));
  assert.equal(failure.kind, 'wrong-bytes');
  assert.match(failure.message, /"a step" cannot read its input "input"/);
  assert.match(failure.evidence ?? '', /ends at byte 11; its piece goes on to 108/);
  await assert.rejects(run(name, [command], { pieces: [{ input: 'other', offset: 0, size: 1 }] }), /"other", which is no input/);
});

each('calls a program of many names by the name that was asked for', async (name) => {
  assert.match(await run(name, says('sqfstar', '-version')), /^sqfstar version/);
});

each('finds a program that only administrators have on their path', async (name) => {
  assert.match(await run(name, [{ argv: ['mkfs.vfat', '-C', '/out/result', '64'] }]), /mkfs\.fat/);
});

each('shows what a failing tool said, and the command', async (name) => {
  const failure = await failureOf(run(name, [{ argv: ['cp', '/in/missing', '/out/result'] }]));
  assert.equal(failure.kind, 'step');
  assert.equal(failure.message, 'The step "a step" failed with exit code 1.');
  assert.match(failure.evidence ?? '', /\$ cp \/in\/missing \/out\/result[\s\S]*No such file/);
});

each('tells the exit code of a tool', async (name) => {
  assert.equal((await failureOf(run(name, [{ argv: ['sh', '-c', 'exit 41'] }]))).message, 'The step "a step" failed with exit code 41.');
});

each('stops at the first command that fails', async (name) => {
  const failure = await failureOf(run(name, [{ argv: ['false'] }, { argv: ['sh', '-c', 'exit 41'] }]));
  assert.match(failure.message, /exit code 1\b/);
});

each('keeps the end of what a tool said, and not all of it', async (name) => {
  const loop = 'i=0; while [ $i -lt 3000 ]; do echo "line $i of many"; i=$((i + 1)); done; echo the end >&2; exit 3';
  const { evidence = '' } = await failureOf(run(name, [{ argv: ['sh', '-c', loop] }]));
  assert.match(evidence, /line 2999 of many\nthe end$/);
  assert.ok(evidence.length < 9000, `${evidence.length}`);
  assert.doesNotMatch(evidence, /line 10 of many/);
});

each('bounds the memory of a tool', async (name) => {
  const failure = await failureOf(run(name, [{ argv: ['dd', 'if=/dev/zero', 'of=/out/result', 'bs=1G', 'count=1'] }]));
  assert.match(`${failure.message} ${failure.evidence}`, /memory exhausted/);
});

/** Programs that wait. Without isolation a shell finds no programs that the host's loader can start, and no child is needed. */
function waits(name: SingleExecutorName, seconds: string): readonly [Command] {
  return [{ argv: name === 'none' ? ['tail', `--sleep-interval=${seconds}`, '-f', '/in/input'] : ['sh', '-c', `sleep ${seconds} & sleep ${seconds}`] }];
}

/** A number that no other process has in its command line. */
const uniqueSeconds = () => `${5000 + Math.floor(Math.random() * 1e6)}.${process.pid}`;

each('ends a tool that takes too long, and what it started', async (name) => {
  const seconds = uniqueSeconds();
  const failure = await failureOf(run(name, waits(name, seconds), { seconds: 3 }));
  assert.equal(failure.message, 'The step "a step" took longer than its 3 s and was killed.');
  await nothingRuns(seconds);
});

each('kills the tool and its children on abort', async (name) => {
  const stop = new AbortController();
  const seconds = uniqueSeconds();
  const running = failureOf(run(name, waits(name, seconds), { signal: stop.signal }));
  while ((await processesNaming(seconds)).length === 0) await pause();
  stop.abort();
  assert.equal((await running).kind, 'interrupted');
  await nothingRuns(seconds);
});

each('runs nothing after an abort', async (name) => {
  assert.equal((await failureOf(run(name, says('true'), { signal: AbortSignal.abort() }))).kind, 'interrupted');
});

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

/** A killed process is gone when its parent has seen it: that is soon. */
async function nothingRuns(words: string): Promise<void> {
  while ((await processesNaming(words)).length > 0) await pause();
}

each("does not let the host's environment in", async (name) => {
  process.env['A_SECRET'] = 'hunter2';
  try {
    assert.doesNotMatch(await run(name, says('printenv')), /hunter2/);
  } finally {
    delete process.env['A_SECRET'];
  }
});

each('gives what it wrote to the caller', async (name) => {
  const { outFolder } = await runIn(name, says('echo', 'yes'));
  const seen = await stat(path.join(outFolder, 'result'));
  assert.deepEqual([seen.uid, seen.gid], [process.getuid?.(), process.getgid?.()]);
});

each('never changes an input, whatever a tool does', async (name) => {
  const place = await runIn(name, [
    { argv: ['sh', '-c', 'for file; do chmod u+w "$file"; echo evil >"$file"; done; echo done >result; true', 'sh', '/in/input'] },
    { argv: ['cp', 'result', '/out/result'] },
  ]);
  assert.equal(await readFile(place.input, 'utf8'), 'input text\n');
});

const ISOLATED = NAMES.filter((name) => name !== 'none');

each(
  'refuses to write to an input',
  async (name) => {
    assert.match((await failureOf(run(name, [{ argv: ['truncate', '-s', '0', '/in/input'] }]))).evidence ?? '', /Read-only file system|Permission denied/);
  },
  ISOLATED,
);

each(
  'refuses to put a file beside its inputs',
  async (name) => {
    assert.match((await failureOf(run(name, [{ argv: ['touch', '/in/evil'] }]))).evidence ?? '', /Read-only file system|Permission denied/);
  },
  ISOLATED,
);

each(
  'shows the tool image read-only',
  async (name) => {
    assert.match((await failureOf(run(name, [{ argv: ['touch', '/usr/bin/evil'] }]))).evidence ?? '', /Read-only file system/);
  },
  ISOLATED,
);

each(
  'has an environment of these variables alone',
  async (name) => {
    const lines = (await run(name, says('printenv'))).trimEnd().split('\n').sort();
    assert.deepEqual(lines, ['HOME=/work', 'LC_ALL=C.UTF-8', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'PWD=/work', 'SOURCE_DATE_EPOCH=1000000000', 'TZ=UTC']);
  },
  ISOLATED,
);

each(
  'gives no network but an idle loopback',
  async (name) => {
    const routes = await run(name, says('cat', '/proc/net/route'));
    assert.equal(routes.trim().split('\n').length, 1, routes);
    const devices = await run(name, says('cat', '/proc/net/dev'));
    assert.deepEqual(
      devices
        .split('\n')
        .flatMap((line) => /^\s*(\S+):/.exec(line)?.[1] ?? [])
        .filter((device) => !/^(lo|sit0|tunl0|ip6tnl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|ip6gre0|teql0|dummy\d|ifb\d)$/.test(device)),
      [],
    );
  },
  ISOLATED,
);

each(
  'hides the files of the host',
  async (name) => {
    for (const place of [folder, process.execPath, '/etc/hostname.of.the.host']) assert.match((await failureOf(run(name, [{ argv: ['stat', place] }]))).evidence ?? '', /No such file/);
    assert.doesNotMatch(await run(name, says('cat', '/proc/self/environ')), new RegExp(folder));
  },
  ISOLATED,
);

each(
  'hides the processes of the host',
  async (name) => {
    const processes = (await run(name, says('ls', '/proc'))).split('\n').filter((entry) => /^\d+$/.test(entry));
    assert.ok(processes.length <= 3, processes.join(' '));
  },
  ISOLATED,
);

each(
  'has no capability, and gets none',
  async (name) => {
    const status = await run(name, says('cat', '/proc/self/status'));
    for (const line of [/^CapEff:\t0+$/m, /^CapPrm:\t0+$/m, /^CapBnd:\t0+$/m, /^NoNewPrivs:\t1$/m]) assert.match(status, line);
  },
  ISOLATED,
);

each(
  'gives a temporary directory of its own, which may hold programs',
  async (name) => {
    assert.equal(await run(name, says('sh', '-c', 'ls -A /tmp; cp /usr/bin/true /tmp/x && /tmp/x && echo ran')), 'ran\n');
  },
  ISOLATED,
);

each(
  'is called the host "build"',
  async (name) => {
    assert.equal(await run(name, says('cat', '/proc/sys/kernel/hostname')), 'build\n');
  },
  ISOLATED,
);

test('none says that it isolates nothing, and shows what a sandbox hides: files, network and processes of the host', async () => {
  const options = { wanted: 'none', mustIsolate: false, roots, image, env: {}, scratch: () => mkdtemp(path.join(folder, 'scratch-')), signal: new AbortController().signal } as const;
  const { executor, sentence } = await chooseExecutor(options);
  assert.equal(executor.isolated, false);
  assert.match(sentence, /^Tools run WITHOUT isolation, as asked for: what they make is not fit for a release; to isolate them, /);
  assert.equal(await run('none', says('stat', '-c', '%F', folder)), 'directory\n');
  assert.equal(await run('none', says('cat', '/proc/sys/kernel/hostname')), await readFile('/proc/sys/kernel/hostname', 'utf8'));
  assert.equal(await run('none', says('readlink', '/proc/self/ns/net')), `${await readlink('/proc/self/ns/net')}\n`);
});

test('no scratch folder and no container is left behind', async () => {
  for (const name of NAMES) if (!EXECUTORS[name].skip) await run(name, [{ argv: ['cp', '/in/input', '/out/result'] }]);
  const left = (await readdir(folder, { recursive: true })).filter((name) => name.startsWith('run-') && /\.work(\.in)?$/.test(name));
  assert.deepEqual(left, []);
  if (dockerd) assert.deepEqual(await dockerd.api.json({ method: 'GET', path: '/containers/json?all=1' }), []);
});
