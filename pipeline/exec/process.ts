import { spawn } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import { BuildError } from '../core/failure.ts';
import { harmless } from '../core/harmless.ts';
import { interrupted } from '../core/interrupted.ts';

/** A native program to run. */
export interface ProcessSpec {
  readonly argv: readonly [string, ...string[]];
  readonly env: { readonly [name: string]: string };
  readonly cwd?: string | undefined;
  /** File that becomes standard input; without one it is empty. */
  readonly stdin?: string | undefined;
  /** File that receives standard output; without one it counts as words of the tool. */
  readonly stdout?: string | undefined;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

export interface ProcessResult {
  /** Exit code, or undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly killedBy: NodeJS.Signals | undefined;
  readonly timedOut: boolean;
  /** The last 8 KiB it said, control characters made harmless. */
  readonly words: string;
}

const KEPT_WORDS = 8192;

/**
 * Runs one program in a process group of its own and kills the whole group on abort or when its time is up.
 * Bytes go from file to program to file without passing through here, so a stream of any size costs no memory.
 */
export async function runProcess(spec: ProcessSpec): Promise<ProcessResult> {
  if (spec.signal.aborted) throw new BuildError(interrupted());
  const files: FileHandle[] = [];
  try {
    const stdin = spec.stdin === undefined ? undefined : await opened(files, spec.stdin, 'r');
    const stdout = spec.stdout === undefined ? undefined : await opened(files, spec.stdout, 'w');
    return await watch(spec, stdin ?? 'ignore', stdout ?? 'pipe');
  } finally {
    for (const file of files) await file.close();
  }
}

async function opened(files: FileHandle[], file: string, flags: string): Promise<number> {
  const handle = await open(file, flags);
  files.push(handle);
  return handle.fd;
}

function watch(spec: ProcessSpec, stdin: number | 'ignore', stdout: number | 'pipe'): Promise<ProcessResult> {
  const [program, ...rest] = spec.argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      env: { ...spec.env },
      cwd: spec.cwd,
      detached: true,
      stdio: [stdin, stdout, 'pipe'],
    });
    let words = '';
    let timedOut = false;
    const listen = (chunk: Buffer) => {
      words = (words + chunk.toString('utf8')).slice(-KEPT_WORDS);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    const killGroup = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group is gone already.
      }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup();
    }, spec.seconds * 1000);
    spec.signal.addEventListener('abort', killGroup, { once: true });
    const settle = () => {
      clearTimeout(timer);
      spec.signal.removeEventListener('abort', killGroup);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('close', (code, signal) => {
      settle();
      killGroup();
      if (spec.signal.aborted) reject(new BuildError(interrupted()));
      else resolve({ code: code ?? undefined, killedBy: signal ?? undefined, timedOut, words: harmless(words) });
    });
  });
}
