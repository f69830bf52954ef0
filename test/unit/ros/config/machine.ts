import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { System } from '../../../../overlays/ros/runtime/system.ts';

/** A folder that stands for the root of a machine, with a real shell. */
export interface Machine extends System {
  readonly root: string;
  readonly printed: string[];
  readonly complained: string[];
}

export function machine(files: { readonly [path: string]: string | Uint8Array } = {}): Machine {
  const root = mkdtempSync(join(tmpdir(), 'machine-'));
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  const place = (path: string) => (path.startsWith('/') ? join(root, path) : path);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(place(path)), { recursive: true });
    writeFileSync(place(path), content);
  }
  const printed: string[] = [];
  const complained: string[] = [];
  return {
    root,
    printed,
    complained,
    program: 'ros',
    args: [],
    readText(path) {
      try {
        return readFileSync(place(path), 'utf8');
      } catch {
        return undefined;
      }
    },
    appendText: () => assertNever('nothing here appends'),
    runAll: (commands) =>
      commands.map(({ argv: [program = '', ...words], stdin }) => {
        const { status, stdout } = spawnSync(program, words.map(place), { input: stdin, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
        return { status: status ?? 127, stdout };
      }),
    sleep: () => undefined,
    print: (text) => printed.push(text),
    complain: (text) => complained.push(text),
  };
}

function assertNever(message: string): never {
  throw new Error(message);
}
