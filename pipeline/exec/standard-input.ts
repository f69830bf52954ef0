import path from 'node:path';
import type { RunRequest } from '../core/ports.ts';
import type { Command } from '../core/step.ts';
import type { ProcessSpec } from './process.ts';
import { readPieceList, splice } from './spliced-input.ts';

/** What a command gets as its standard input, and its arguments once that is known. */
export async function standardInput(
  command: Command,
  request: Pick<RunRequest, 'inputs' | 'outFolder'>,
  work: string,
): Promise<{ readonly argv: Command['argv']; readonly stdin: ProcessSpec['stdin'] }> {
  const { argv, stdin, pieces } = command;
  if (pieces === undefined) return { argv, stdin: stdin && mapSandboxPath(stdin, request, work) };
  const list = await readPieceList(mapSandboxPath(pieces, request, work));
  const [program, ...words] = argv;
  return {
    argv: [program, ...words.map((word) => word.replace('{size}', String(list.size)))],
    stdin: splice(list, request.inputs),
  };
}

/** The host file behind a path that a command names as its standard input or output. */
export function mapSandboxPath(
  inside: string,
  request: Pick<RunRequest, 'inputs' | 'outFolder'>,
  work: string,
): string {
  if (inside.startsWith('/work/')) return path.join(work, inside.slice('/work/'.length));
  if (inside.startsWith('/out/')) return path.join(request.outFolder, inside.slice('/out/'.length));
  const input = inside.startsWith('/in/') ? request.inputs[inside.slice('/in/'.length)] : undefined;
  if (input === undefined) throw new Error(`${inside} is no input, output or scratch file of this step`);
  return input;
}
