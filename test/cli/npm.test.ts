import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../rig/project.ts';
import { type CliResult, temporaryFolder } from './cli.ts';

/** Types a command line of npm in the project's folder, as somebody without any configuration of npm's own. */
function npm(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) && name !== 'NODE_TEST_CONTEXT');
  const options = { cwd: projectFolder, env: { ...Object.fromEntries(own), npm_config_update_notifier: 'false', ...env } };
  return new Promise((resolve) => {
    execFile('npm', [...words], options, (error, stdout, stderr) => resolve({ end: error ? (error.code ?? -1) : 0, stdout, stderr }));
  });
}

/** What is typed, and what is to be typed instead. */
const FORGOTTEN: readonly (readonly [typed: string, meant: string])[] = [
  ['run build amd64 --dry-run', 'npm run build -- amd64 --dry-run'],
  ['run build --all', 'npm run build -- --all'],
  ['run build amd64 --json', 'npm run build -- amd64 --json'],
  ['run build --target vmware', 'npm run build -- --target vmware'],
  ['run build --target=vmware', 'npm run build -- --target=vmware'],
  ['run build amd64 --jobs 2 --dist /nowhere', 'npm run build -- amd64 --jobs 2 --dist /nowhere'],
  ['run build amd64 --executor=none', 'npm run build -- amd64 --executor=none'],
  ['run build amd64 --cloud-config site.yml', 'npm run build -- amd64 --cloud-config site.yml'],
  ['run build amd64 --cache /nowhere', 'npm run build -- amd64 --cache=/nowhere'],
  ['run build amd64 --dryrun', 'npm run build -- amd64 --dryrun'],
  ['run boot amd64 --uefi', 'npm run boot -- amd64 --uefi'],
  ['run pins check --json', 'npm run pins -- check --json'],
  ['run pins check --strict', 'npm run pins -- check --strict'],
  ['run targets --json', 'npm run targets -- --json'],
  ['run verify --dist /nowhere', 'npm run verify -- --dist /nowhere'],
  ['run why base --target=amd64', 'npm run why -- base --target=amd64'],
  ['run bench --boots', 'npm run bench -- --boots'],
  ['run bench:peer --runs 2', 'npm run bench:peer -- --runs 2'],
  ['run gc --max-size 4G', 'npm run gc -- --max-size 4G'],
  ['run gc --days 3', 'npm run gc -- --days 3'],
  ['test --stage unit', 'npm test -- --stage unit'],
  ['test --release', 'npm test -- --release'],
  ['run test:release --list', 'npm run test:release -- --list'],
];

test('options before which the two dashes were forgotten stop every command, which says what to type', async (t) => {
  for (const [typed, meant] of FORGOTTEN) {
    await t.test(typed, async () => {
      const { end, stderr } = await npm(typed.split(' '));
      assert.equal(end, 2, stderr);
      assert.match(stderr, /npm kept --[\w-]+(, --[\w-]+)* for itself: options of ours stand behind two dashes/);
      // The commands quote it; the runner of the tests does not.
      assert.ok(
        [`Type: \`${meant}\`.\n`, `Type: ${meant}\n`].some((line) => stderr.includes(line)),
        stderr,
      );
    });
  }
});

test('what npm is told by its own configuration and environment, or by options of its own, stops nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const userconfig = path.join(folder, 'npmrc');
  await writeFile(userconfig, `json = true\ndry-run=true\ncache=${folder}\n; target\ntarget=20.0.0\n`);
  const calm = [
    await npm(['run', 'targets'], { npm_config_userconfig: userconfig }),
    await npm(['run', 'targets'], { npm_config_json: 'true', NPM_CONFIG_TARGET: '20.0.0', npm_config_cache: folder }),
    await npm(['run', '--if-present', '--silent', '--ignore-scripts=false', 'targets', '--', '--json']),
  ];
  for (const { end, stdout, stderr } of calm) {
    assert.equal(end, 0, stderr);
    assert.match(stdout, /amd64/);
  }
});

test('a command without what it needs says so, and takes nothing in its place', async (t) => {
  for (const script of ['build', 'boot', 'plan']) {
    await t.test(script, async () => {
      const { end, stderr } = await npm(['run', script]);
      assert.equal(end, 2, stderr);
      assert.match(stderr, new RegExp(`No target was named[\\s\\S]*Try: \`npm run ${script} -- --target amd64\`\\. Targets: 4glte, .*vmware`));
    });
  }
});
