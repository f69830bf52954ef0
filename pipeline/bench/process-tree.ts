import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuildError } from '../core/failure.ts';
import { commandFailed, commandStopped } from './messages.ts';

/** What a command and everything it started used. */
export interface Usage {
  readonly seconds: number;
  /** Highest sum of the tree's memory, shared pages counted once (PSS); what lives between two samples is missed. */
  readonly peakBytes: number;
  readonly stdout: string;
}

export interface MeasureOptions {
  readonly argv: readonly [string, ...string[]];
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

const SAMPLE_MILLISECONDS = 200;
const SHOWN_CHARACTERS = 2000;

/** Runs a command to its end and measures it from outside. A failing command is a failure with its last words. */
export async function measureCommand({ argv, folder, env, signal }: MeasureOptions): Promise<Usage> {
  const [program, ...words] = argv;
  const started = performance.now();
  const child = spawn(program, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], signal });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes.toString('utf8');
  });
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString('utf8');
  });
  const end = endOf(child);
  const peak = samplePeak(child.pid ?? 0, end);
  const code = await end;
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0 && signal.aborted) throw new BuildError(commandStopped(argv));
  if (code !== 0) throw new BuildError(commandFailed(argv, code, (stderr || stdout).slice(-SHOWN_CHARACTERS)));
  return { seconds, peakBytes: await peak, stdout };
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code ?? 137));
  });
}

async function samplePeak(root: number, end: Promise<unknown>): Promise<number> {
  let running = true;
  const finished = end.then(() => {
    running = false;
  });
  let peak = 0;
  while (running) {
    peak = Math.max(peak, await treeBytes(root));
    await Promise.race([sleep(SAMPLE_MILLISECONDS), finished]);
  }
  return peak;
}

/** Memory of a process and its descendants now. */
async function treeBytes(root: number): Promise<number> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined);
    // The command's name stands in brackets and may hold anything; the parent is the second word behind it.
    const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const sizes = await Promise.all([...parents.keys()].filter((pid) => descends(pid, root, parents)).map(processBytes));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function descends(pid: number, root: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) if (at === root) return true;
  return false;
}

async function processBytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const share = /^Pss: +(\d+) kB/m.exec(rollup)?.[1];
  if (share !== undefined) return Number(share) * 1024;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}
