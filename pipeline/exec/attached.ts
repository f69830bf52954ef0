import { spawn } from 'node:child_process';

/** Runs a program on the terminal, or the streams, of this process, and gives its exit code. Signals of keys are its own. */
export function runAttached([program, ...words]: readonly [string, ...string[]]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'inherit', env: {} });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
