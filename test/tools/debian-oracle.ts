import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { toolRoot } from '../rig/tools.ts';

interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

function run([program = '', ...words]: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, words, { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' } }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : error ? 127 : 0, output: `${stdout}${stderr}` });
    });
  });
}

/** What the pinned dpkg says of two versions: negative, 0 or positive, as `compareVersions`. Throws where it refuses one of them. */
export async function dpkgCompares(a: string, b: string): Promise<-1 | 0 | 1> {
  const argv = toolProgram(await toolRoot('debian'), 'dpkg');
  for (const [operator, order] of [
    ['lt', -1],
    ['eq', 0],
    ['gt', 1],
  ] as const) {
    const { exitCode, output } = await run([...argv, '--compare-versions', a, operator, b]);
    if (exitCode === 0 && output === '') return order;
    if (exitCode > 1 || output !== '') throw new Error(`dpkg --compare-versions ${a} ${operator} ${b}: ${output}`);
  }
  throw new Error(`dpkg says nothing of ${a} and ${b}`);
}

/** What the pinned apt would install on an empty machine. */
export type Simulation = { readonly ok: true /** `name=version`, sorted. */; readonly installs: readonly string[] } | { readonly ok: false; readonly why: string };

/** `apt-get --simulate install` of these names, out of an archive with this `Packages` file. Recommends are not followed. */
export async function aptInstalls(packages: string, names: readonly string[]): Promise<Simulation> {
  const root = await toolRoot('debian');
  const argv = toolProgram(root, 'apt-get');
  const folder = await temporaryDirectory('apt');
  try {
    for (const each of ['lists/partial', 'cache/archives/partial', 'preferences.d', 'methods']) mkdirSync(join(folder, each), { recursive: true });
    // apt takes this file for the list that it fetched before.
    writeFileSync(join(folder, 'lists/_archive_._Packages'), packages);
    writeFileSync(join(folder, 'sources.list'), 'deb [trusted=yes] file:/archive/ ./\n');
    writeFileSync(join(folder, 'status'), '');
    // apt starts the method of its archive though it fetches nothing; it needs the image's loader too.
    const method = toolProgram(root, '/usr/lib/apt/methods/file').join(' ');
    writeFileSync(join(folder, 'methods/file'), `#!/bin/sh\nexec ${method}\n`);
    chmodSync(join(folder, 'methods/file'), 0o755);
    const options = {
      Dir: folder,
      'Dir::State': folder,
      'Dir::State::lists': 'lists',
      'Dir::State::status': join(folder, 'status'),
      'Dir::Cache': 'cache',
      'Dir::Etc': folder,
      'Dir::Etc::sourcelist': 'sources.list',
      'Dir::Etc::sourceparts': '-',
      'Dir::Etc::parts': 'none',
      'Dir::Etc::main': 'none',
      'Dir::Bin::Methods': join(folder, 'methods'),
      'Dir::Bin::dpkg': '/bin/false',
      'APT::Architecture': 'amd64',
      'APT::Architectures::': 'amd64',
      'APT::Install-Recommends': 'false',
      'APT::Get::Show-Versions': 'true',
    };
    const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    const { exitCode, output } = await run([...argv, ...words, '--simulate', 'install', ...names]);
    // An order for dpkg, which fails in circles of dependencies, comes after this list and is not asked for.
    const [, list] = /^The following NEW packages will be installed:\n((?: .*\n)+)/m.exec(output) ?? [];
    if (list === undefined || output.includes('unmet dependencies')) return { ok: false, why: `${output}(ended with ${exitCode})` };
    return { ok: true, installs: [...list.matchAll(/^ +(\S+) \((\S+)\)$/gm)].map(([, name, version]) => `${name}=${version}`).sort() };
  } finally {
    await removeTemporaryDirectory(folder);
  }
}
