import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { BuildError } from '../core/failure.ts';
import { type Manifest, parseManifest } from '../publish/manifest.ts';
import { parseVersion } from '../publish/version.ts';
import type { Command } from './command.ts';
import { readOptions } from './options.ts';
import { packageDifferences, packagesMarkdown, packagesText } from './package-difference.ts';
import { PROJECT_OPTION, releasesIn } from './project-option.ts';
import { differenceMarkdown, differenceText, fileDifferences } from './release-difference.ts';
import * as messages from './release-messages.ts';

const OPTIONS = {
  dist: { type: 'string', value: 'DIR', help: 'where releases are (default: dist/os of the project)' },
  ...PROJECT_OPTION,
  markdown: { type: 'boolean', help: 'as a table in Markdown, for a pull request' },
  json: {
    type: 'boolean',
    help: 'as JSON; packages is null where one of the manifests is older than format 3 and does not list them',
  },
} as const;

export const diff: Command = {
  name: 'diff',
  summary: 'show the files, layers, packages and sizes in which two releases differ',
  usage: 'VERSION VERSION',
  about:
    'Compares the manifests of two versions below dist/os: files that were added, removed or changed, with their sizes, in each the layers, kernels and other contents that differ, and the packages that were added, removed or have another version, with the files that ship them.',
  options: OPTIONS,
  async run(context) {
    const { values, positionals } = readOptions(context.argv, OPTIONS, 2);
    const [one, other] = positionals;
    if (one === undefined || other === undefined) throw new BuildError(messages.twoVersionsWanted());
    const root = releasesIn(values, context);
    const [before, after] = [await manifestOf(root, one), await manifestOf(root, other)];
    const files = fileDifferences(before, after);
    const packages = packageDifferences(before, after);
    const document = { format: 2, before: before.version, after: after.version, files, packages: packages ?? null };
    context.stdout.write(
      values.json
        ? `${JSON.stringify(document, undefined, 2)}\n`
        : values.markdown
          ? `${differenceMarkdown(files)}\n${packagesMarkdown(packages)}`
          : `${differenceText(files)}\n${packagesText(packages)}`,
    );
    return 0;
  },
};

async function manifestOf(root: string, version: string): Promise<Manifest> {
  if (version !== 'latest') parseVersion(version);
  const file = path.join(root, version, 'release.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new BuildError(messages.noSuchRelease(version, file));
  const manifest = parseManifest(text);
  if (manifest) return manifest;
  throw new BuildError(messages.manifestUnreadable(file));
}
