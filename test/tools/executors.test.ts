import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { digestOf } from '../../pipeline/core/digest.ts';
import { BuildError } from '../../pipeline/core/failure.ts';
import type { Piece } from '../../pipeline/core/pieces.ts';
import { pieceListText } from '../../pipeline/core/pieces.ts';
import type { Executor } from '../../pipeline/core/ports.ts';
import type { Command } from '../../pipeline/core/step.ts';
import { BwrapExecutor } from '../../pipeline/exec/bwrap.ts';
import { NoneExecutor } from '../../pipeline/exec/none.ts';
import { chooseExecutor, type ExecutorName } from '../../pipeline/exec/probe.ts';
import { ToolRoots } from '../../pipeline/exec/roots.ts';
import { toolRoot } from '../rig/tools.ts';

/** A root that is unpacked already stands in for the image of any digest. */
class OneRoot extends ToolRoots {
  readonly #root: string;

  constructor(root: string) {
    super(path.dirname(root));
    this.#root = root;
  }

  override async rootOf(): Promise<string> {
    return this.#root;
  }
}

/** Every executor of tools that a person may ask for, by its name; `auto` is one of these. */
const EXECUTORS: { readonly [name in Exclude<ExecutorName, 'auto'>]: (roots: ToolRoots) => Executor } = {
  bwrap: (roots) => new BwrapExecutor({ roots, searchPath: '' }),
  none: (roots) => new NoneExecutor({ roots }),
};

let folder: string;
let root: string;
let roots: ToolRoots;
let bwrap: Executor;
let none: Executor;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'executors-'));
  root = await toolRoot('tools');
  roots = new OneRoot(root);
  bwrap = EXECUTORS.bwrap(roots);
  none = EXECUTORS.none(roots);
});
after(() => rm(folder, { recursive: true, force: true }));

/** Runs commands and gives the text of the output `result`. */
async function run(
  executor: Executor,
  commands: readonly [Command, ...Command[]],
  options: { readonly input?: string; readonly pieces?: readonly Piece[]; readonly seconds?: number; readonly signal?: AbortSignal } = {},
): Promise<string> {
  const place = await mkdtemp(path.join(folder, 'run-'));
  const outFolder = path.join(place, 'out');
  const input = path.join(place, 'input');
  await mkdir(outFolder);
  await writeFile(input, options.input ?? 'input text\n');
  const pieces = path.join(place, 'pieces');
  await writeFile(pieces, pieceListText(options.pieces ?? []));
  await executor.run({
    type: 'tool',
    title: 'a step',
    inputs: { input: { digest: digestOf('input'), path: input }, pieces: { digest: digestOf('pieces'), path: pieces } },
    outFolder,
    outputs: ['result'],
    epoch: 1_000_000_000,
    limits: { memoryMiB: 512, seconds: options.seconds ?? 60 },
    signal: options.signal ?? new AbortController().signal,
    image: { digest: digestOf('any'), tar: '' },
    commands,
  });
  return readFile(path.join(outFolder, 'result'), 'utf8');
}

const NASTY = ['two words', "it's", '"quoted"', '$HOME', '`id`', '*', '-', ';', '\\', 'ä\tö'];

/** One contract for every executor: command → text. */
const CONTRACT: readonly (readonly [string, readonly [Command, ...Command[]], string])[] = [
  ['reads an input and writes an output', [{ argv: ['cp', '/in/input', '/out/result'] }], 'input text\n'],
  ['streams a file through standard input and output', [{ argv: ['tr', 'a-z', 'A-Z'], stdin: '/in/input', stdout: '/out/result' }], 'INPUT TEXT\n'],
  ['keeps scratch files from one command to the next', [{ argv: ['cp', '/in/input', '/work/kept'] }, { argv: ['cp', '/work/kept', '/out/result'] }], 'input text\n'],
  ['starts in the scratch folder', [{ argv: ['cp', '/in/input', 'here'] }, { argv: ['cp', '/work/here', '/out/result'] }], 'input text\n'],
  ['passes arguments as they are', [{ argv: ['printf', '[%s]', ...NASTY], stdout: '/out/result' }], NASTY.map((word) => `[${word}]`).join('')],
  ['finds a path behind an equals sign', [{ argv: ['dd', 'if=/in/input', 'of=/out/result', 'status=none'] }], 'input text\n'],
  ['tells the epoch and the locale', [{ argv: ['printenv', 'SOURCE_DATE_EPOCH', 'LC_ALL', 'TZ'], stdout: '/out/result' }], '1000000000\nC.UTF-8\nUTC\n'],
  ['puts the words of an input behind the arguments', [{ argv: ['printf', '[%s]', 'two words'], words: '/in/input', stdout: '/out/result' }], '[two words][input][text]'],
  ['adds what the command asks for to the environment', [{ argv: ['printenv', 'EXTRA'], env: { EXTRA: 'yes' }, stdout: '/out/result' }], 'yes\n'],
];
for (const [name, make] of Object.entries(EXECUTORS)) {
  const executor = () => make(roots);
  test(`who asks for ${name} gets ${name}`, async () => {
    const signal = new AbortController().signal;
    const chosen = await chooseExecutor({ wanted: name as ExecutorName, mustIsolate: false, roots, root, searchPath: '', report: () => undefined, signal });
    assert.equal(chosen.name, name, `chooseExecutor of pipeline/exec/probe.ts has no choice for "${name}", and took "${chosen.name}"`);
  });
  for (const [sentence, commands, expected] of CONTRACT) test(`${name} ${sentence}`, async () => assert.equal(await run(executor(), commands), expected));

  test(`${name} puts pieces together as standard input, and says in an argument how much that is`, async () => {
    const bytes = (text: string): Piece => ({ bytes: Buffer.from(text).toString('base64') });
    const pieces = [bytes('<'), { input: 'input', offset: 6, size: 4 }, { zeros: 300_000 }, { input: 'input', offset: 0, size: 5 }, bytes('>')];
    const text = await run(executor(), [{ argv: ['head', '-c', '{size}'], pieces: '/in/pieces', stdout: '/out/result' }], { pieces });
    assert.equal(text, `<text${'\0'.repeat(300_000)}input>`);
  });

  test(`${name} does not mind a tool that ends before it has taken all pieces`, async () => {
    assert.equal(await run(executor(), [{ argv: ['head', '-c', '2'], pieces: '/in/pieces', stdout: '/out/result' }], { pieces: [{ zeros: 1 << 30 }] }), '\0\0');
  });

  test(`${name} ends a tool whose pieces are not where they should be`, async () => {
    const command: Command = { argv: ['cat'], pieces: '/in/pieces', stdout: '/out/result' };
    const short = run(executor(), [command], { pieces: [{ zeros: 1 << 20 }, { input: 'input', offset: 8, size: 100 }] });
    await assert.rejects(short, (error) => {
      assert.ok(error instanceof BuildError);
      const [failure] = error.failures;
      assert.equal(failure.kind, 'wrong-bytes');
      assert.match(failure.message, /"a step" cannot read its input "input"/);
      assert.match(failure.evidence ?? '', /ends at byte 11; its piece goes on to 108/);
      return true;
    });
    await assert.rejects(run(executor(), [command], { pieces: [{ input: 'other', offset: 0, size: 1 }] }), /"other", which is no input/);
  });

  test(`${name} calls a program of many names by the name that was asked for`, async () => {
    assert.match(await run(executor(), [{ argv: ['sqfstar', '-version'], stdout: '/out/result' }]), /^sqfstar version/);
  });

  test(`${name} finds a program that only administrators have on their path`, async () => {
    assert.match(await run(executor(), [{ argv: ['mkfs.vfat', '-C', '/out/result', '64'] }]), /mkfs\.fat/);
  });

  test(`${name} shows what a failing tool said, and the command`, async () => {
    await assert.rejects(run(executor(), [{ argv: ['cp', '/in/missing', '/out/result'] }]), (error) => {
      assert.ok(error instanceof BuildError);
      const [failure] = error.failures;
      assert.equal(failure.kind, 'step');
      assert.match(failure.message, /"a step" failed with exit code 1/);
      assert.match(failure.evidence ?? '', /\$ cp \/in\/missing \/out\/result[\s\S]*No such file/);
      return true;
    });
  });

  test(`${name} ends a tool that takes too long`, async () => {
    await assert.rejects(run(executor(), [{ argv: ['sleep', '600'] }], { seconds: 1 }), /took longer than its 1 s/);
  });

  test(`${name} kills the tool and its children on abort`, async () => {
    const stop = new AbortController();
    const running = run(executor(), [{ argv: ['tail', '-f', '/in/input'] }], { signal: stop.signal });
    setTimeout(() => stop.abort(), 300);
    await assert.rejects(running, (error) => error instanceof BuildError && error.failures[0].kind === 'interrupted');
  });

  test(`${name} does not let the host's environment in`, async () => {
    process.env['A_SECRET'] = 'hunter2';
    try {
      assert.doesNotMatch(await run(executor(), [{ argv: ['printenv'], stdout: '/out/result' }]), /hunter2/);
    } finally {
      delete process.env['A_SECRET'];
    }
  });
}

test('bwrap shows inputs read-only', async () => {
  await assert.rejects(run(bwrap, [{ argv: ['truncate', '-s', '0', '/in/input'] }]), /failed with exit code/);
});

test('bwrap shows the tool image read-only', async () => {
  await assert.rejects(run(bwrap, [{ argv: ['touch', '/usr/bin/evil'] }]), /failed with exit code/);
});

test('bwrap gives no network but an idle loopback', async () => {
  const routes = await run(bwrap, [{ argv: ['cat', '/proc/net/route'], stdout: '/out/result' }]);
  assert.equal(routes.trim().split('\n').length, 1, routes);
});

test('bwrap hides the processes and files of the host', async () => {
  await assert.rejects(run(bwrap, [{ argv: ['stat', path.join(folder)] }]), /failed with exit code/);
  const processes = await run(bwrap, [{ argv: ['ls', '/proc'], stdout: '/out/result' }]);
  assert.ok(processes.split('\n').filter((name) => /^\d+$/.test(name)).length <= 3, processes);
});

test('bwrap bounds the memory of a tool', async () => {
  await assert.rejects(run(bwrap, [{ argv: ['dd', 'if=/dev/zero', 'of=/out/result', 'bs=1G', 'count=1'] }]), /memory exhausted|failed with exit code/);
});

test('no scratch folder is left behind', async () => {
  await run(bwrap, [{ argv: ['cp', '/in/input', '/out/result'] }]);
  await run(none, [{ argv: ['cp', '/in/input', '/out/result'] }]);
  const left = (await readdir(folder, { recursive: true })).filter((name) => /\.work(\.in)?$/.test(name));
  assert.deepEqual(left, []);
});
