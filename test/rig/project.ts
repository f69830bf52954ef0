import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { releaseFolder, releasesOf, targetFolder } from '../../pipeline/emulator/release-machine.ts';

/** Top folder of the project under test. */
export const projectFolder = topFolder(dirname(fileURLToPath(import.meta.url)));

/** The version that a build has which is told none. */
export const builtVersion = `v${(JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { readonly version: string }).version}-dev`;

/** Where tests leave what a person may want to read afterwards: consoles, results. */
export const reportFolder = join(projectFolder, '.cache/test');

function topFolder(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file) && readFileSync(file, 'utf8').includes('"rancheros-pipeline"')) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('the tests do not lie inside the project');
  return topFolder(parent);
}

/** Folder of a target's release files: of the build that `npm test` made, or of the release that RANCHEROS_RELEASE names. */
export function releaseFiles(target = 'amd64'): string {
  if (target === EXAMPLE_TARGET) return targetFolder(releaseFolder(undefined, EXAMPLE), target);
  return targetFolder(process.env['RANCHEROS_RELEASE'] ?? releaseFolder(undefined, releasesOf(projectFolder)), target);
}

/** Where test/project-example, a project of one's own, has its releases. */
const EXAMPLE = { releases: join(projectFolder, 'test/project-example/dist/os'), development: 'v2.1.0-dev' };
const EXAMPLE_TARGET = 'acme';

/** A file of the release by its path below the version's folder. */
export function publishedFile(path: string): string {
  return join(releaseFiles(), path);
}

/** Like `releaseFiles`, of the version after the one under test, which `npm run test:release` builds; RANCHEROS_NEXT_RELEASE names another folder. */
export function nextReleaseFiles(target = 'amd64'): string {
  return targetFolder(process.env['RANCHEROS_NEXT_RELEASE'] ?? releaseFolder(NEXT_VERSION, releasesOf(projectFolder)), target);
}

/** Later than any release of this branch. */
export const NEXT_VERSION = 'v1.99.0-next';
