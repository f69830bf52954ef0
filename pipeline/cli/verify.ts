import path from 'node:path';
import pLimit from 'p-limit';
import { BuildError } from '../core/failure.ts';
import { unpackDisk } from '../emulator/installed-disk.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../host/temporary-directory.ts';
import { parseVersion } from '../publish/version.ts';
import { formatBytes } from '../report/format.ts';
import { type Unpack, verifyRelease } from '../verify/release.ts';
import type { Command, CommandContext } from './command.ts';
import { readOptions } from './options.ts';
import { packageVersion } from './package-version.ts';
import { PROJECT_OPTION, releasesIn } from './project-option.ts';
import { notesTo } from './reporter.ts';
import { COMMON_OPTIONS, settingsFrom } from './settings.ts';
import { wire } from './wire.ts';

const OPTIONS = {
  dist: { type: 'string', value: 'DIR', help: 'where releases are (default: dist/os of the project)' },
  ...PROJECT_OPTION,
  ...COMMON_OPTIONS,
} as const;

export const verify: Command = {
  name: 'verify',
  summary: "check a version's files against its manifest, and their formats",
  usage: '[VERSION]',
  about: `Hashes every file of dist/os/VERSION (default: latest) and compares it with release.json and SHA256SUMS; files that the
manifest does not name are faults too. Then opens each file, reads the fields of its format down to the file systems of a disk, and
compares every layer, kernel and initrd in it, and all the rest, with the digests in release.json.`,
  notes: `Exit code 4 when anything is wrong, 2 when the version was never built.
Disks that are packed by zstd are unpacked by that of the tool image, into the directory for temporary files.`,
  options: OPTIONS,
  async run(context) {
    const { values, positionals } = readOptions(context.argv, OPTIONS, 1);
    const [version = 'latest'] = positionals;
    if (version !== 'latest') parseVersion(version);
    const folder = path.join(releasesIn(values, context), version);
    const { manifest, failures } = await verifyRelease(folder, unpackWith(context, values));
    const [first, ...rest] = failures;
    if (first) throw new BuildError([first, ...rest]);
    const files = Object.values(manifest.files);
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    context.conclude({ version: manifest.version, directory: folder, files: files.length, bytes });
    if (values.json) return 0;
    context.stdout.write(
      `${manifest.version}: ${files.length} files, ${formatBytes(bytes)}, all as release.json says, their formats sound.\n`,
    );
    return 0;
  },
};

/** Unpacks disks one after another: each may take gigabytes where holes are not kept. The tool image is made when the first is met. */
function unpackWith(context: CommandContext, values: Parameters<typeof settingsFrom>[0]): Unpack {
  let toolRoot: Promise<string> | undefined;
  const oneByOne = pLimit(1);
  return (file, look) =>
    oneByOne(async () => {
      toolRoot ??= toolsOf(context, values);
      const scratch = await temporaryDirectory('verify');
      try {
        const unpacked = path.join(scratch, 'disk');
        await unpackDisk(file, { file: unpacked, toolRoot: await toolRoot });
        return await look(unpacked);
      } finally {
        await removeTemporaryDirectory(scratch);
      }
    });
}

/** Silent where the tools are there already, which is the rule. */
async function toolsOf(command: CommandContext, values: Parameters<typeof settingsFrom>[0]): Promise<string> {
  const given = command.env['RANCHEROS_TOOLS_ROOT'];
  if (given) return given;
  let said = false;
  const notes = notesTo(command);
  const wiring = await wire({
    command,
    settings: settingsFrom(values, command),
    version: `v${await packageVersion(command.projectFolder)}-dev`,
    report: (event) => {
      notes(event);
      if (event.type !== 'download-start' || said) return;
      said = true;
      command.stderr.write('Fetching the tools that unpack disks.\n');
    },
    failFast: true,
  });
  try {
    return await wiring.toolRoot('tools');
  } finally {
    await wiring.close();
  }
}
