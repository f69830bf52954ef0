import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { Executor, RunRequest } from '../core/ports.ts';
import { shellWord } from '../core/shell-word.ts';
import { toolProgram } from '../host/tool-program.ts';
import { runAttached } from './attached.ts';
import { toolEnvironment } from './environment.ts';
import { foldersAbove } from './input-paths.ts';
import { limitWords } from './limits.ts';
import { demandSuccess } from './outcome.ts';
import { type ProcessResult, runProcess } from './process.ts';
import { type ResolvedCommand, resolvedCommand } from './resolved-command.ts';
import type { ToolRoots } from './roots.ts';
import type { ShortResult } from './short-command.ts';
import { withWorkFolder } from './work-folder.ts';

/**
 * Runs tools with bubblewrap: own user, mount, network, process and IPC namespaces, the tool image as a read-only root, inputs
 * read-only, no network, no capabilities, no environment but ours. Needs unprivileged user namespaces, not root.
 */
export class BwrapExecutor implements Executor {
  readonly name = 'bwrap';
  readonly isolated = true;
  readonly #roots: ToolRoots;
  readonly #hostBwrap: string | undefined;

  constructor(options: {
    readonly roots: ToolRoots;
    /** PATH of the host, where a bwrap may lie. */
    readonly searchPath: string;
  }) {
    this.#roots = options.roots;
    this.#hostBwrap = onPath('bwrap', options.searchPath);
  }

  async run(request: RunRequest): Promise<void> {
    if (request.type !== 'tool') throw new Error('bwrap runs tools only');
    const root = await this.#roots.rootOf(request.image);
    await withWorkFolder(request, async (work) => {
      for (const command of request.commands) {
        const resolved = await resolvedCommand(command, request, work);
        const result = await this.#runOne(root, resolved, request, work);
        demandSuccess(result, { title: request.title, command: resolved, seconds: request.limits.seconds });
      }
    });
  }

  /** Whether a sandbox with this root can be made here; the words say why not. */
  async probe(root: string, signal: AbortSignal): Promise<ShortResult> {
    // zx is loaded only where a tool must really run.
    const { runShortCommand } = await import('./short-command.ts');
    return runShortCommand([...this.#bwrap(root), ...isolation(root), '--', '/usr/bin/true'], { seconds: 20, signal });
  }

  #runOne(root: string, command: ResolvedCommand, request: RunRequest, work: string): Promise<ProcessResult> {
    return runProcess({
      argv: this.#words(root, command, request, work),
      env: {},
      stdin: command.stdin,
      stdout: command.stdout,
      seconds: request.limits.seconds,
      signal: request.signal,
    });
  }

  #words(root: string, command: ResolvedCommand, request: RunRequest, work: string): readonly [string, ...string[]] {
    const limits = limitWords(request.limits);
    const shown = stepDirectories(request, work);
    const environment = environmentWords(command.env, request.epoch);
    return [...this.#bwrap(root), ...isolation(root), ...shown, ...environment, '--', ...limits, ...command.argv];
  }

  async script(request: RunRequest, work: string): Promise<string> {
    if (request.type !== 'tool') throw new Error('bwrap runs tools only');
    const root = await this.#roots.rootOf(request.image);
    const lines: string[] = [];
    for (const each of request.commands) {
      const command = await resolvedCommand(each, request, work);
      const line = this.#words(root, command, request, work).map(shellWord).join(' ');
      const input = typeof command.stdin === 'string' ? ` <${shellWord(command.stdin)}` : '';
      const output = command.stdout === undefined ? '' : ` >${shellWord(command.stdout)}`;
      if (typeof command.stdin === 'object')
        lines.push('echo "The standard input of this program is put together of pieces, and is empty here." >&2');
      lines.push(`${line}${input}${output}`);
    }
    return `${lines.join('\n')}\n`;
  }

  /** A shell in the sandbox of a step, on the terminal of this process; gives its exit code. */
  async shell(request: RunRequest & { readonly type: 'tool' }, work: string): Promise<number> {
    const root = await this.#roots.rootOf(request.image);
    // A shell needs the terminal's own session for job control.
    const apart = isolation(root).filter((word) => word !== '--new-session');
    const [program = '', ...words] = [
      ...this.#bwrap(root),
      ...apart,
      ...stepDirectories(request, work),
      ...environmentWords({ PS1: 'step \\w $ ', TERM: 'linux' }, request.epoch),
      '--',
      '/bin/sh',
    ];
    return runAttached([program, ...words]);
  }

  /** The host's bwrap, or the tool image's own through that image's dynamic loader. */
  #bwrap(root: string): readonly [string, ...string[]] {
    return this.#hostBwrap ? [this.#hostBwrap] : toolProgram(root, 'bwrap');
  }
}

/** The directories of a step as its sandbox shows them. */
function stepDirectories(request: Pick<RunRequest, 'inputs' | 'outFolder'>, work: string): readonly string[] {
  const names = Object.keys(request.inputs).sort();
  // Said, because bwrap would make them by the modes of what lies in them.
  const above = [...new Set(names.flatMap(foldersAbove))].flatMap((name) => [
    '--perms',
    '0755',
    '--dir',
    `/in/${name}`,
  ]);
  const files = Object.entries(request.inputs).flatMap(([name, { path }]) => ['--ro-bind', path, `/in/${name}`]);
  const outside = ['--bind', request.outFolder, '/out', '--bind', work, '/work', '--chdir', '/work'];
  return ['--tmpfs', '/in', ...above, ...files, '--remount-ro', '/in', ...outside];
}

function environmentWords(env: Parameters<typeof toolEnvironment>[0], epoch: number): readonly string[] {
  return Object.entries(toolEnvironment(env, epoch)).flatMap(([name, value]) => ['--setenv', name, value]);
}

function isolation(root: string): string[] {
  return [
    '--unshare-all',
    '--unshare-user',
    '--uid',
    '0',
    '--gid',
    '0',
    '--hostname',
    'build',
    '--die-with-parent',
    '--new-session',
    '--cap-drop',
    'ALL',
    '--clearenv',
    '--ro-bind',
    root,
    '/',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
  ];
}

function onPath(program: string, searchPath: string): string | undefined {
  for (const folder of searchPath.split(path.delimiter)) {
    const file = path.join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
