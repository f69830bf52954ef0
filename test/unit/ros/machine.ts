import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command, Result, System } from '../../../overlays/ros/runtime/system.ts';

/** A folder that stands for the root of a machine, with a real shell. */
export interface Machine extends System {
  readonly root: string;
  readonly printed: string[];
  readonly complained: string[];
}

export interface MachineOptions {
  readonly args?: readonly string[];
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Answers a command in its place; undefined: the real one is run, with the machine's root before each absolute path. */
  readonly answer?: (command: Command) => Result | undefined;
}

export function machine(files: { readonly [path: string]: string | Uint8Array } = {}, options: MachineOptions = {}): Machine {
  const root = mkdtempSync(join(tmpdir(), 'machine-'));
  process.once('exit', () => rmSync(root, { recursive: true, force: true, maxRetries: 10 }));
  const place = (path: string) => (path.startsWith('/') ? join(root, path) : path);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(place(path)), { recursive: true });
    writeFileSync(place(path), content);
  }
  const write = (path: string, text: string, flag: 'a' | 'w') => {
    mkdirSync(dirname(place(path)), { recursive: true });
    writeFileSync(place(path), text, { flag });
  };
  const real = ({ argv: [program = '', ...words], stdin, withErrors, environment }: Command): Result => {
    const { status, stdout, stderr } = spawnSync(program, words.map(place), {
      input: stdin ?? '',
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    });
    return { status: status ?? 127, stdout: withErrors ? `${stdout}${stderr}` : stdout };
  };
  let clock = 0;
  const printed: string[] = [];
  const complained: string[] = [];
  return {
    root,
    printed,
    complained,
    program: 'ros',
    args: options.args ?? [],
    readText(path, most) {
      try {
        // As on QuickJS: a pipe is no file.
        return statSync(place(path)).isFile() ? readFileSync(place(path)).subarray(0, most).toString() : undefined;
      } catch {
        return undefined;
      }
    },
    readAt(path, offset, length) {
      const bytes = new Uint8Array(length);
      try {
        const file = openSync(place(path), 'r');
        const read = readSync(file, bytes, 0, length, offset);
        closeSync(file);
        return read === length ? bytes : undefined;
      } catch {
        return undefined;
      }
    },
    modified(path) {
      try {
        return Math.floor(statSync(place(path)).mtimeMs / 1000);
      } catch {
        return undefined;
      }
    },
    writeText: (path, text) => write(path, text, 'w'),
    rename: (from, to) => renameSync(place(from), place(to)),
    files(folder) {
      try {
        return readdirSync(place(folder)).filter((name) => !statSync(join(place(folder), name)).isDirectory());
      } catch {
        return [];
      }
    },
    appendText: (path, text) => write(path, text, 'a'),
    readInput: () => options.input ?? '',
    environment: (name) => options.environment?.[name],
    runAll: (commands) => commands.map((command) => options.answer?.(command) ?? real(command)),
    withLock: (_lock, work) => work(),
    // Time passes only when somebody sleeps.
    sleep: (milliseconds) => {
      clock += milliseconds;
    },
    now: () => clock,
    print: (text) => printed.push(text),
    complain: (text) => complained.push(text),
  };
}
