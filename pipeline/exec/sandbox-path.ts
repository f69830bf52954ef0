import path from 'node:path';
import type { RunRequest } from '../core/ports.ts';

/** The host file behind a path that a command names outside its arguments, such as its standard output. */
export function mapSandboxPath(
  inside: string,
  request: Pick<RunRequest, 'inputs' | 'outFolder'>,
  work: string,
): string {
  if (inside.startsWith('/work/')) return path.join(work, inside.slice('/work/'.length));
  if (inside.startsWith('/out/')) return path.join(request.outFolder, inside.slice('/out/'.length));
  const input = inside.startsWith('/in/') ? request.inputs[inside.slice('/in/'.length)]?.path : undefined;
  if (input === undefined) throw new Error(`${inside} is no input, output or scratch file of this step`);
  return input;
}
