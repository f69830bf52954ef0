import { spawn } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { BuildError } from '../core/failure.ts';
import { harmless } from '../core/harmless.ts';
import { interrupted } from '../core/interrupted.ts';
import { Tail } from './tail.ts';

/** A native program to run. */
export interface ProcessSpec {
  readonly argv: readonly [string, ...string[]];
  readonly env: { readonly [name: string]: string };
  readonly cwd?: string | undefined;
  /** File that becomes standard input, or what is fed to it; without one it is empty. */
  readonly stdin?: string | AsyncIterable<Uint8Array> | undefined;
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

/**
 * Runs one program in a process group of its own and kills the whole group on abort or when its time is up.
 * Bytes of files go to and from the program without passing through here; what is fed waits until the program takes it. So a stream of any
 * size costs no memory.
 */
export async function runProcess(spec: ProcessSpec): Promise<ProcessResult> {
  if (spec.signal.aborted) throw new BuildError(interrupted());
  const files: FileHandle[] = [];
  try {
    const stdin = typeof spec.stdin === 'string' ? await opened(files, spec.stdin, 'r') : spec.stdin;
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

function watch(
  spec: ProcessSpec,
  stdin: number | 'ignore' | AsyncIterable<Uint8Array>,
  stdout: number | 'pipe',
): Promise<ProcessResult> {
  const [program, ...rest] = spec.argv;
  const isFed = typeof stdin === 'object';
  return new Promise((resolve, reject) => {
    const child = withFixedUmask(() =>
      spawn(program, rest, {
        env: { ...spec.env },
        cwd: spec.cwd,
        detached: true,
        stdio: [isFed ? 'pipe' : stdin, stdout, 'pipe'],
      }),
    );
    const words = new Tail();
    let timedOut = false;
    const listen = (chunk: Buffer) => words.add(chunk);
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    const killGroup = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group is gone already.
      }
    };
    const fed = isFed && child.stdin !== null ? feed(stdin, child.stdin) : Promise.resolve();
    fed.catch(killGroup);
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup();
    }, spec.seconds * 1000);
    spec.signal.addEventListener('abort', killGroup, { once: true });
    // It may have been aborted while the files were opened.
    if (spec.signal.aborted) killGroup();
    const settle = () => {
      clearTimeout(timer);
      spec.signal.removeEventListener('abort', killGroup);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    // What it left behind would keep its output open.
    child.once('exit', killGroup);
    child.once('close', (code, signal) => {
      settle();
      const ended = { code: code ?? undefined, killedBy: signal ?? undefined, timedOut, words: harmless(words.text) };
      if (spec.signal.aborted) reject(new BuildError(interrupted()));
      // Its end has ended the feeding too, if that was not over: a source that broke speaks before the program that it left hungry.
      else fed.then(() => resolve(ended), reject);
    });
  });
}

/** What a tool makes has the modes that it asks for, whoever builds. A child takes the mask of this process as it is when it starts. */
function withFixedUmask<T>(start: () => T): T {
  const callers = process.umask(0o022);
  try {
    return start();
  } finally {
    process.umask(callers);
  }
}

/**
 * Writes all bytes and ends the stream. Ends well, too, where the program has ended before it took everything: its exit code says what that
 * means. A loop of its own: `pipeline` waits for ever on a socket whose other side has ended without reading.
 */
export async function feed(bytes: AsyncIterable<Uint8Array>, stdin: Writable): Promise<void> {
  let isOver = false;
  const over = new Promise<void>((resolve) => {
    stdin.once('close', () => {
      isOver = true;
      resolve();
    });
  });
  stdin.on('error', () => undefined);
  for await (const chunk of bytes) {
    if (isOver || stdin.writableEnded) return;
    if (!stdin.write(chunk)) await Promise.race([over, new Promise((resolve) => stdin.once('drain', resolve))]);
  }
  stdin.end();
}
