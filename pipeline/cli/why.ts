import type { BuildEvent } from '../core/event.ts';
import { BuildError } from '../core/failure.ts';
import { allTargets, chosenTargets, noTarget } from './all-targets.ts';
import { packageVersion } from './build.ts';
import type { Command } from './command.ts';
import { makeTarget } from './made-target.ts';
import { readOptions } from './options.ts';
import { notesTo } from './reporter.ts';
import { COMMON_OPTIONS, settingsFrom } from './settings.ts';
import { wire } from './wire.ts';

const OPTIONS = {
  target: { type: 'string', value: 'NAME', help: 'whose steps (npm run targets lists them)' },
  version: { type: 'string', value: 'vX.Y.Z', help: "of which version (default: package.json's version with -dev)" },
  ...COMMON_OPTIONS,
} as const;

export const why: Command = {
  name: 'why',
  summary: "show a step's key, and the data that it is the digest of",
  usage: '-- --target NAME [STEP]',
  about: `Builds a target and prints the key of every step behind it. With STEP (a part of a title): also the data that the key is the
digest of. Two runs of it, before and after a change, show by their difference why a step ran again.`,
  options: OPTIONS,
  async run(context) {
    const { values, positionals } = readOptions(context.argv, OPTIONS);
    if (values.target === undefined) throw noTarget('npm run why -- --target amd64');
    const [target] = chosenTargets([values.target], allTargets());
    if (!target) return 2;
    const notes = notesTo(context);
    const ends: Extract<BuildEvent, { type: 'step-end' }>[] = [];
    const wiring = await wire({
      command: context,
      settings: settingsFrom(values, context),
      version: values.version ?? `v${await packageVersion(context.projectFolder)}-dev`,
      failFast: true,
      report: (event) => {
        notes(event);
        if (event.type === 'step-end') ends.push(event);
      },
    });
    try {
      await Promise.all(
        Object.values(makeTarget(target, wiring).artifacts).map((artifact) => wiring.engine.build(artifact)),
      );
    } finally {
      await wiring.close();
    }
    const wanted = positionals.join(' ');
    const rows = ends.filter((end) => end.title.includes(wanted)).sort((a, b) => a.id - b.id);
    if (rows.length === 0)
      throw new BuildError({
        kind: 'usage',
        message: `No step's title contains "${wanted}".`,
        hint: `npm run why -- --target ${target.name} lists them all.`,
      });
    for (const end of rows) {
      context.stdout.write(`${end.key.slice(7, 23)}  ${end.title}\n`);
      if (wanted !== '') context.stdout.write(`${JSON.stringify(wiring.engine.manifestOf(end.id), undefined, 2)}\n`);
    }
    return 0;
  },
};
