import path from 'node:path';
import { BuildError } from '../core/failure.ts';
import { parseVersion } from '../publish/version.ts';
import { formatBytes } from '../report/format.ts';
import { verifyRelease } from '../verify/release.ts';
import type { Command } from './command.ts';
import { readOptions } from './options.ts';

export const verify: Command = {
  name: 'verify',
  summary: "checks a version's files against its manifest and their formats",
  help: `Usage: npm run verify [-- VERSION]

Hashes every file of dist/os/VERSION (default: latest) and compares it with release.json and SHA256SUMS; files that no manifest
names are faults too. Then reads the fields of each file's format, down to the file systems of a disk. Exit code 4 when anything is
wrong, 2 when the version was never built.

  --dist DIR   where releases lie (default: dist/os)
`,
  async run(context) {
    const { values, positionals } = readOptions(context.argv, { dist: { type: 'string' } }, 1);
    const [version = 'latest'] = positionals;
    if (version !== 'latest') parseVersion(version);
    const folder = path.resolve(context.projectFolder, values.dist ?? 'dist/os', version);
    const { manifest, failures } = await verifyRelease(folder);
    const [first, ...rest] = failures;
    if (first) throw new BuildError([first, ...rest]);
    const files = Object.values(manifest.files);
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    context.stdout.write(
      `${manifest.version}: ${files.length} files, ${formatBytes(bytes)}, all as release.json says, their formats sound.\n`,
    );
    return 0;
  },
};
