import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AcceleratorChoice, chooseAccelerator } from '../../pipeline/emulator/accelerator.ts';
import { BOARDS, type Board } from '../../pipeline/emulator/board.ts';

/**
 * What `chooseAccelerator` says, asked once per run of the tests: each file of them is a process, and a probe of a KVM that does not work
 * takes ten seconds. The runner names a folder of the run for it (RANCHEROS_TEST_RUN).
 */
export async function acceleratorOfRun(toolRoot: string, board: Board = 'q35'): Promise<AcceleratorChoice> {
  const wish = process.env['RANCHEROS_ACCEL'];
  const folder = process.env['RANCHEROS_TEST_RUN'];
  if (wish !== undefined || folder === undefined || BOARDS[board].arch !== 'amd64') return chooseAccelerator(toolRoot, wish, board);
  const file = join(folder, 'accelerator.json');
  const known = choicesIn(file)[toolRoot];
  if (known) return known;
  const choice = await chooseAccelerator(toolRoot, wish, board);
  // Another file of tests may have asked meanwhile.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify({ ...choicesIn(file), [toolRoot]: choice }));
  renameSync(`${file}.${process.pid}`, file);
  return choice;
}

function choicesIn(file: string): { readonly [toolRoot: string]: AcceleratorChoice | undefined } {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { readonly [toolRoot: string]: AcceleratorChoice };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
