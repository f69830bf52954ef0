import { mkdir, mkdtemp, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Report, workFolderOf } from '../core/ports.ts';
import { shellWord } from '../core/shell-word.ts';
import type { FailedRun } from '../engine/engine.ts';

/**
 * Keeps what a failed step left, with links to its inputs and a script that runs it again: `in/`, `out/`, `work/`, `repeat.sh`. Says where.
 */
export async function keepStep(
  { request, executor }: FailedRun,
  { folder, report }: { readonly folder: string; readonly report: Report },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const place = await mkdtemp(path.join(folder, `${request.title.replaceAll(/[^\w.-]+/g, '-')}-`));
  await rename(request.outFolder, path.join(place, 'out'));
  await rename(workFolderOf(request.outFolder), path.join(place, 'work')).catch(() => undefined);
  for (const [name, file] of Object.entries(request.inputs)) {
    const link = path.join(place, 'in', name);
    await mkdir(path.dirname(link), { recursive: true });
    await symlink(file.path, link);
  }
  const again = path.join(place, 'again');
  const [out, work] = [path.join(again, 'out'), path.join(again, 'work')];
  const commands = await executor.script?.({ ...request, outFolder: out }, work);
  const repeat = path.join(place, 'repeat.sh');
  if (commands !== undefined) {
    const begin = `#!/bin/sh\nset -e\nrm -rf ${shellWord(again)}\nmkdir -p ${shellWord(out)} ${shellWord(work)}\n`;
    await writeFile(repeat, `${begin}${commands}`, { mode: 0o755 });
  }
  const how = commands === undefined ? '' : ` Repeat it: sh ${shellWord(repeat)}`;
  report({
    type: 'note',
    level: 'warning',
    message: `What the step "${request.title}" left is kept in ${place}.${how}`,
  });
}
