import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { type BootFigures, measureBoots, RANCHEROS_LOGS } from '../bench/boot-figures.ts';
import { measureBuilds } from '../bench/build-figures.ts';
import { momentsTable } from '../bench/moments.ts';
import { type Figures, figuresTable } from '../bench/table.ts';
import { timelineOf } from '../bench/timeline.ts';
import { BuildError } from '../core/failure.ts';
import { chooseAccelerator } from '../emulator/accelerator.ts';
import {
  filesOf,
  type LiveMedium,
  liveMedium,
  releaseFolder,
  releasesOf,
  targetFolder,
} from '../emulator/release-machine.ts';
import { allTargets, chosenTargets } from './all-targets.ts';
import { writeBootPicture } from './boot-picture.ts';
import type { Command, CommandContext } from './command.ts';
import { emulatorRoot } from './emulator-root.ts';
import { readOptions, wholeNumber } from './options.ts';
import * as messages from './release-messages.ts';
import { COMMON_OPTIONS, settingsFrom } from './settings.ts';

const PATHS: readonly { readonly path: string; readonly medium: LiveMedium; readonly memoryMiB: number }[] = [
  { path: 'vmlinuz and initrd', medium: 'kernel', memoryMiB: 1024 },
  { path: 'ISO as a CD', medium: 'cdrom', memoryMiB: 512 },
];

const OPTIONS = {
  runs: {
    type: 'string',
    default: '3',
    value: 'N',
    help: 'boots and no-change builds to take the median of (default: 3)',
  },
  target: { type: 'string', default: 'amd64', value: 'NAME', help: 'what to build and boot (default: amd64)' },
  builds: { type: 'boolean', default: false, help: 'only the builds' },
  boots: { type: 'boolean', default: false, help: 'only the boots, of what was built last' },
  'one-target': { type: 'boolean', default: false, help: 'leave out what each further target costs after that one' },
  ...COMMON_OPTIONS,
  json: { type: 'string', value: 'FILE', help: 'also write the figures to FILE' },
  picture: {
    type: 'string',
    value: 'FILE',
    help: 'where the timeline of the boots goes, an SVG (default: beside the file of --json, else dist/bench/boots.svg)',
  },
} as const;

/** `npm run bench`: what builds and boots cost. */
export const bench: Command = {
  name: 'bench',
  summary: 'measure builds, each further target, and boots',
  usage: '',
  about: `Measures builds and boots, as a table and as JSON. Builds run in a copy of the project with a store of their own.
"Inputs fetched" means that packages are in the store, downloaded and unpacked, and nothing made from them is.`,
  options: OPTIONS,
  async run(context: CommandContext): Promise<number> {
    const { values } = readOptions(context.argv, OPTIONS);
    chosenTargets([values.target], allTargets());
    const runs = wholeNumber('--runs', values.runs, 99);
    const say = (sentence: string): void => void context.stderr.write(`… ${sentence}\n`);
    say(`measuring ${values.target}`);
    const settings = settingsFrom({ ...values, json: false }, context);
    const everything = values.builds === values.boots;
    const build =
      everything || values.builds
        ? await measureBuilds({
            projectFolder: context.projectFolder,
            cacheFolder: settings.cacheFolder,
            target: values.target,
            further: values['one-target'] ? [] : allTargets().filter(({ name }) => name !== values.target),
            runs,
            env: context.env,
            signal: context.signal,
            say,
          })
        : undefined;
    const boots =
      everything || values.boots
        ? await boot(context, { target: values.target, runs, values: { ...values, json: false }, say })
        : [];
    const figures: Figures = { build, boots };
    context.stdout.write(`${figuresTable(figures).join('\n')}\n`);
    for (const { path, moments = [] } of boots)
      context.stdout.write(`\n${path}: ${momentsTable(moments).join('\n')}\n`);
    if (boots.length > 0) await writeBootPicture(boots.map(timelineOf), { ...values, name: 'boots', context });
    if (values.json !== undefined)
      await writeFile(resolve(context.callerFolder, values.json), `${JSON.stringify(figures, null, 2)}\n`);
    return 0;
  },
};

async function boot(
  context: CommandContext,
  options: {
    readonly target: string;
    readonly runs: number;
    readonly values: Parameters<typeof emulatorRoot>[1];
    readonly say: (sentence: string) => void;
  },
): Promise<readonly BootFigures[]> {
  const folder = targetFolder(releaseFolder(undefined, releasesOf(context.projectFolder)), options.target);
  const toolRoot = await emulatorRoot(context, options.values);
  const { accelerator, reason } = await chooseAccelerator(toolRoot, context.env['RANCHEROS_ACCEL']);
  options.say(`${accelerator}: ${reason}`);
  const figures: BootFigures[] = [];
  for (const { path, medium, memoryMiB } of PATHS) {
    const bootMedium = liveMedium(medium, folder);
    const missing = filesOf(bootMedium).find((file) => !existsSync(file));
    if (missing !== undefined)
      throw new BuildError(messages.targetNotBuilt(options.target, relative(context.projectFolder, missing)));
    options.say(`booting ${path}, ${options.runs} times`);
    figures.push(
      await measureBoots({
        path,
        logs: RANCHEROS_LOGS,
        runs: options.runs,
        toolRoot,
        accelerator,
        signal: context.signal,
        machine: { memoryMiB, cpus: 2, firmware: 'bios', boot: bootMedium, networks: [{ isolated: true }] },
      }),
    );
  }
  return figures;
}
