import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type BootFigures, type DockerLogs, measureBoots, medianBoot, RANCHEROS_LOGS } from '../bench/boot-figures.ts';
import { comparisonTable } from '../bench/comparison.ts';
import { medianMoments, momentsTable } from '../bench/moments.ts';
import { timelineOf } from '../bench/timeline.ts';
import type { Artifact } from '../core/step.ts';
import { chooseAccelerator } from '../emulator/accelerator.ts';
import { installedDisk } from '../recipes/disk.ts';
import { peerDisk } from '../recipes/peer.ts';
import { liveSystem } from '../recipes/system.ts';
import { writeBootPicture } from './boot-picture.ts';
import type { Command, CommandContext } from './command.ts';
import { emulatorRoot } from './emulator-root.ts';
import { readOptions, wholeNumber } from './options.ts';
import { packageVersion } from './package-version.ts';
import { makeReporter } from './reporter.ts';
import { COMMON_OPTIONS, settingsFrom } from './settings.ts';
import { wire } from './wire.ts';

const OPTIONS = {
  runs: { type: 'string', default: '5', value: 'N', help: 'boots of each to take the median of (default: 5)' },
  memory: { type: 'string', default: '1024', value: 'MIB', help: 'memory of the machine (default: 1024)' },
  ...COMMON_OPTIONS,
  json: { type: 'string', value: 'FILE', help: 'also write the figures to FILE' },
  picture: {
    type: 'string',
    value: 'FILE',
    help: 'where the timeline of the boots goes, an SVG (default: beside the file of --json, else dist/bench/peer.svg)',
  },
} as const;

const PEER_LOGS: DockerLogs = { userDocker: 'journalctl --unit docker --output cat --no-pager' };

interface Disks {
  readonly rancheros: string;
  readonly peer: string;
}

/** `npm run bench:peer`: how RancherOS compares with an ordinary system. */
export const benchPeer: Command = {
  name: 'bench:peer',
  summary: 'compare boots with those of a Debian disk with systemd and Docker, in the same machine',
  usage: '',
  about: `Boots RancherOS from its disk, and beside it Debian 13 with systemd and Docker, in the same machine, and compares.

Both disks have the same kernel, boot loader, partitions and bus. Boots alternate, so that a machine that grows slower
does so for both. Used memory is MemTotal without MemAvailable, after the first container.`,
  options: OPTIONS,
  async run(context: CommandContext): Promise<number> {
    const { values } = readOptions(context.argv, OPTIONS);
    const runs = wholeNumber('--runs', values.runs, 99);
    const memoryMiB = wholeNumber('--memory', values.memory, 65536);
    const plain = { ...values, json: false };
    const disks = await buildDisks(context, plain);
    const toolRoot = await emulatorRoot(context, plain);
    const { accelerator, reason } = await chooseAccelerator(toolRoot, context.env['RANCHEROS_ACCEL']);
    context.stderr.write(`… ${accelerator}: ${reason}\n`);
    const boot = (path: string, file: string, logs: DockerLogs, count: number): Promise<BootFigures> =>
      measureBoots({
        path,
        logs,
        runs: count,
        toolRoot,
        accelerator,
        signal: context.signal,
        machine: {
          memoryMiB,
          cpus: 2,
          firmware: 'bios',
          boot: { type: 'disk' },
          disks: [{ file, format: 'raw', bus: 'virtio', snapshot: true }],
          networks: [{ isolated: true }],
        },
      });
    const rancheros: BootFigures[] = [];
    const peer: BootFigures[] = [];
    for (let run = 1; run <= runs; run++) {
      context.stderr.write(`… boots ${run} of ${runs}\n`);
      rancheros.push(await boot('RancherOS', disks.rancheros, RANCHEROS_LOGS, 1));
      peer.push(await boot('Debian', disks.peer, PEER_LOGS, 1));
    }
    context.stdout.write(`${comparisonTable(rancheros, peer).join('\n')}\n`);
    const moments = medianMoments(rancheros.map((each) => each.moments ?? []));
    context.stdout.write(`\n${momentsTable(moments).join('\n')}\n`);
    const timelines = [medianBoot(rancheros), medianBoot(peer)].map(timelineOf);
    await writeBootPicture(timelines, { ...values, name: 'peer', context });
    if (values.json !== undefined)
      await writeFile(resolve(context.callerFolder, values.json), `${JSON.stringify({ rancheros, peer }, null, 2)}\n`);
    return 0;
  },
};

/** Builds both disks and gives the files that hold them, in the store. */
async function buildDisks(context: CommandContext, values: Parameters<typeof settingsFrom>[0]): Promise<Disks> {
  const settings = settingsFrom(values, context);
  const reporter = await makeReporter(settings.output, { ...context, stdout: context.stderr });
  try {
    const wiring = await wire({
      command: context,
      settings,
      version: `v${await packageVersion(context.projectFolder)}-dev`,
      report: reporter.report,
      failFast: true,
    });
    try {
      const system = liveSystem(wiring.context, 'amd64');
      const own = installedDisk(wiring.context, system, {
        name: 'bench',
        append: 'rancher.autologin=ttyS0 console=ttyS0',
      });
      const file = async (disk: Artifact<'disk'>): Promise<string> =>
        wiring.store.pathOf((await wiring.engine.build(disk)).digest);
      return { rancheros: await file(own.raw), peer: await file(peerDisk(wiring.context)) };
    } finally {
      await wiring.close();
    }
  } finally {
    await reporter.close();
  }
}
