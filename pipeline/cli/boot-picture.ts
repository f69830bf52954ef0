import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Timeline, timelineSvg } from '../bench/timeline.ts';
import type { CommandContext } from './command.ts';

/** Writes the timelines of boots as a picture, and says where it is. */
export async function writeBootPicture(
  timelines: readonly Timeline[],
  options: {
    readonly picture?: string | undefined;
    readonly json?: string | undefined;
    /** Of the file, where no option names one. */
    readonly name: string;
    readonly context: Pick<CommandContext, 'callerFolder' | 'projectFolder' | 'stdout'>;
  },
): Promise<void> {
  const file = pictureFile(options);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, timelineSvg(timelines));
  options.context.stdout.write(`\nThe timeline: ${file}\n`);
}

function pictureFile({ picture, json, name, context }: Parameters<typeof writeBootPicture>[1]): string {
  if (picture !== undefined) return path.resolve(context.callerFolder, picture);
  if (json !== undefined) return path.resolve(context.callerFolder, `${json.replace(/\.json$/, '')}.svg`);
  return path.join(context.projectFolder, 'dist/bench', `${name}.svg`);
}
