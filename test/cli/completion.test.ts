import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../rig/project.ts';
import { cli, temporaryFolder } from './cli.ts';

/** RANCHEROS_SHELLS names a directory with further shells in it. */
const PATH = [process.env['RANCHEROS_SHELLS'], process.env['PATH']].filter(Boolean).join(':');

function isInstalled(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'true'], { env: { ...process.env, PATH }, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const CASES: readonly (readonly [line: string, completed: readonly string[], not: readonly string[]])[] = [
  ['rancheros bu', ['build'], ['boot', 'plan']],
  ['rancheros build am', ['amd64'], ['arm64']],
  ['rancheros plan v', ['vmware'], ['amd64']],
  ['rancheros build --target ar', ['arm64'], ['amd64', '--target']],
  ['rancheros build --target amd64 --al', ['--all', '--allow-dirty'], ['--json']],
  ['rancheros build --executor b', ['bwrap'], ['auto']],
  ['rancheros pins u', ['update'], ['check']],
  ['rancheros boot --', ['--target', '--dist', '--help'], ['--all']],
];

/** How each shell is made to complete a line whose last word is not finished. */
const SHELLS: { readonly [shell: string]: (line: string, script: string) => readonly string[] } = {
  bash: (line, script) => {
    const words = line.split(' ');
    const quoted = words.map((word) => `'${word}'`).join(' ');
    return ['-c', `source '${script}'; complete -p rancheros >/dev/null || exit 9; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _rancheros; printf '%s\\n' "\${COMPREPLY[@]}"`];
  },
  // The builtin that takes what was found is replaced by one that prints it.
  zsh: (line, script) => {
    const words = line.split(' ');
    const quoted = words.map((word) => `'${word}'`).join(' ');
    return ['-f', '-c', `compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- "$@" }; source '${script}'; words=(${quoted}); CURRENT=${words.length}; _rancheros`];
  },
  fish: (line, script) => ['--no-config', '-c', `source '${script}'; complete -C '${line}'`],
};

for (const [shell, argv] of Object.entries(SHELLS)) {
  test(`${shell} completes commands, options and targets`, { skip: !isInstalled(shell) && `${shell} is not installed here` }, async (t) => {
    const folder = await temporaryFolder(t);
    const bin = path.join(folder, 'bin');
    await mkdir(bin);
    await symlink(path.join(projectFolder, 'pipeline/cli/launch.mjs'), path.join(bin, 'rancheros'));
    const script = path.join(folder, 'script');
    const { end, stdout } = await cli(['completion', shell]);
    assert.equal(end, 0);
    await writeFile(script, stdout);
    for (const [line, completed, not] of CASES) {
      const output = execFileSync(shell, argv(line, script), { cwd: folder, env: { ...process.env, PATH: `${bin}:${path.dirname(process.execPath)}:${PATH}`, HOME: folder }, encoding: 'utf8' });
      const words = output.split('\n').map((each) => each.split('\t')[0]);
      for (const word of completed) assert.ok(words.includes(word), `${line}: ${output}`);
      for (const word of not) assert.ok(!words.includes(word), `${line}: ${output}`);
    }
  });
}

test('a shell that is not known is refused', async () => {
  for (const [words, says] of [
    [['completion'], /No shell was named[\s\S]*bash, zsh, fish/],
    [['completion', 'tcsh'], /There is no completion for "tcsh"/],
    [['completion', 'constructor'], /There is no completion for "constructor"/],
  ] as const) {
    const { end, stderr } = await cli(words);
    assert.deepEqual([end, says.test(stderr)], [2, true], stderr);
  }
});

test('the command is found by npx without a download, and by its name when it is linked', async (t) => {
  const folder = await temporaryFolder(t);
  const first = (output: string) => output.split('\n')[0] ?? '';
  const wanted = first((await cli(['targets'])).stdout);
  assert.match(wanted, /^4glte/);
  assert.equal(first(execFileSync('npx', ['--no', 'rancheros', 'targets'], { cwd: projectFolder, encoding: 'utf8' })), wanted);
  const prefix = path.join(folder, 'global');
  const env = { ...process.env, npm_config_prefix: prefix };
  execFileSync('npm', ['install', '--global', '--offline', '--no-audit', '--no-fund', projectFolder], { cwd: folder, env, stdio: 'ignore' });
  assert.equal(first(execFileSync(path.join(prefix, 'bin/rancheros'), ['targets'], { cwd: folder, encoding: 'utf8' })), wanted);
});
