import { readFile } from 'node:fs/promises';
import { type PieceList, parsePieceList } from '../core/pieces.ts';
import type { RunRequest } from '../core/ports.ts';
import type { Command } from '../core/step.ts';
import type { ProcessSpec } from './process.ts';
import { mapSandboxPath } from './sandbox-path.ts';
import { splice } from './spliced-input.ts';

/** A command as it is run: what its inputs say about it is in its place. Paths in its arguments are still those of the sandbox. */
export interface ResolvedCommand {
  readonly argv: Command['argv'];
  readonly env: Command['env'];
  readonly stdin: ProcessSpec['stdin'];
  readonly stdout: ProcessSpec['stdout'];
}

/** Puts the words of `words` behind the arguments, and the size of `pieces` into them. */
export async function resolvedCommand(
  command: Command,
  request: Pick<RunRequest, 'inputs' | 'outFolder' | 'title'>,
  work: string,
): Promise<ResolvedCommand> {
  const fileOf = (inside: string): string => mapSandboxPath(inside, request, work);
  const more = command.words === undefined ? [] : (await readFile(fileOf(command.words), 'utf8')).split(/\s+/);
  const argv: Command['argv'] = [...command.argv, ...more.filter((word) => word !== '')];
  const rest = { env: command.env, stdout: command.stdout && fileOf(command.stdout) };
  if (command.pieces === undefined) return { ...rest, argv, stdin: command.stdin && fileOf(command.stdin) };
  const list = parsePieceList(await readFile(fileOf(command.pieces), 'utf8'));
  return { ...rest, argv: withSize(argv, list), stdin: splice(list, request) };
}

function withSize([program, ...words]: Command['argv'], { size }: PieceList): Command['argv'] {
  return [program, ...words.map((word) => word.replaceAll('{size}', String(size)))];
}
