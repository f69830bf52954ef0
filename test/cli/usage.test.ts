import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { allCommands } from '../../pipeline/cli/commands.ts';
import { commandHelp } from '../../pipeline/cli/help.ts';
import { cli, exists, temporaryFolder } from './cli.ts';

const NO_STACK = /^\s+at /m;

test('every command answers --help with 0 and the text that its table of options gives', async (t) => {
  for (const command of await allCommands()) {
    await t.test(command.name, async () => {
      assert.deepEqual(await cli([command.name, '--help']), { end: 0, stdout: commandHelp(command), stderr: '' });
    });
  }
});

interface Refusal {
  readonly sentence: string;
  readonly argv: readonly string[];
  readonly says: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  { sentence: 'an unknown command names the nearest', argv: ['biuld'], says: /no command "biuld"[\s\S]*Did you mean "build"\?/ },
  { sentence: 'a command named like a property of every object is unknown too', argv: ['constructor'], says: /no command "constructor"/ },
  { sentence: 'an unknown option names the nearest', argv: ['build', '--tarqet', 'amd64'], says: /no option --tarqet[\s\S]*Did you mean --target\?/ },
  { sentence: 'an unknown option of another command', argv: ['verify', '--dits', 'x'], says: /no option --dits[\s\S]*--dist/ },
  { sentence: 'an option without its value', argv: ['build', '--target'], says: /--target/ },
  { sentence: 'several targets in one word are told how to be given', argv: ['build', '--target', 'openstack,aws'], says: /no target "openstack,aws"[\s\S]*--target openstack --target aws/ },
  { sentence: 'an unknown target names the nearest', argv: ['build', '--target', 'amd46'], says: /no target "amd46"[\s\S]*Did you mean "amd64"\?/ },
  { sentence: 'a target whose name only looks like one', argv: ['build', '--target', '\u0430md64'], says: /no target "\u0430md64"[\s\S]*Did you mean "amd64"\?/ },
  { sentence: 'a target that is a path', argv: ['build', '--target', '../amd64'], says: /no target "\.\.\/amd64"/ },
  { sentence: 'a build without a target lists them', argv: ['build'], says: /No target was named[\s\S]*amd64/ },
  { sentence: 'a version without v', argv: ['build', 'amd64', '--version', '1.2.3'], says: /"1\.2\.3" is no version[\s\S]*v1\.5\.9/ },
  { sentence: 'a version that would leave dist', argv: ['build', 'amd64', '--version', 'v1.2.3-../../x'], says: /is no version/ },
  { sentence: 'an unknown executor lists those that exist', argv: ['build', 'amd64', '--executor', 'bogus'], says: /no executor "bogus"[\s\S]*auto, bwrap, docker, none/ },
  { sentence: 'no job at a time', argv: ['build', 'amd64', '--jobs', '0'], says: /--jobs takes a whole number/ },
  { sentence: 'a size of the store that is none', argv: ['build', 'amd64', '--cache-max', 'much'], says: /--cache-max takes a size, not "much"[\s\S]*20G/ },
  { sentence: 'a size to collect to that is none', argv: ['gc', '--max-size', '10'], says: /--max-size takes a size, not "10"[\s\S]*10G/ },
  { sentence: 'half a job', argv: ['build', 'amd64', '--jobs', '1.5'], says: /--jobs takes a whole number/ },
  { sentence: 'pins without an action', argv: ['pins'], says: /Say what to do/ },
  { sentence: 'pins with a wrong action', argv: ['pins', 'updat'], says: /pins cannot "updat"[\s\S]*Did you mean "update"\?/ },
  { sentence: 'pins with an action like no other', argv: ['pins', 'frob'], says: /pins cannot "frob"[\s\S]*update .*check/ },
  { sentence: 'a store where no directory can be made', argv: ['build', 'amd64', '--cache', '/proc/rancheros/store'], says: /\/proc\/rancheros: No directory can be made there[\s\S]*--cache/ },
  { sentence: 'gc with a number of days that is none', argv: ['gc', '--days', 'soon'], says: /--days takes a whole number/ },
  { sentence: 'two versions to verify', argv: ['verify', 'v1.0.0', 'v2.0.0'], says: /one word too many/ },
  { sentence: 'a version to verify that would leave dist', argv: ['verify', '../../etc'], says: /is no version/ },
  { sentence: 'why for a target that does not exist', argv: ['why', 'base', '--target', 'nothing'], says: /no target "nothing"/ },
  { sentence: 'words that targets does not take', argv: ['targets', 'amd64'], says: /amd64/ },
  { sentence: 'gc with a negative number of days', argv: ['gc', '--days', '-1'], says: /--days wants a value[\s\S]*--days=-1/ },
  { sentence: 'gc with a negative number of days behind an equals sign', argv: ['gc', '--days=-1'], says: /--days takes a whole number, not "-1"[\s\S]*from 0 to 9999/ },
  { sentence: 'a switch with a value', argv: ['targets', '--json=yes'], says: /--json takes no value/ },
  { sentence: 'a store without a name', argv: ['build', 'amd64', '--cache', ''], says: /--cache wants a value, and got an empty one/ },
  { sentence: 'a dist without a name', argv: ['build', 'amd64', '--dist='], says: /--dist wants a value/ },
  { sentence: 'a mirror that is no address', argv: ['build', 'amd64', '--mirror', 'nonsense'], says: /--mirror takes the address of a Debian mirror, not "nonsense"/ },
  { sentence: 'a mirror of another kind', argv: ['build', 'amd64', '--mirror', 'ftp://me:secret@mirror.example/debian'], says: /not "ftp:\/\/mirror\.example\/debian"/ },
  { sentence: 'boot of two targets', argv: ['boot', 'arm64', '--target', 'amd64'], says: /Two targets were named: amd64 and arm64/ },
  { sentence: 'boot without a target lists them', argv: ['boot'], says: /No target was named[\s\S]*npm run boot -- --target amd64[\s\S]*vmware/ },
  { sentence: 'sizes of no target', argv: ['size'], says: /No target was named[\s\S]*npm run size -- amd64/ },
  { sentence: 'sizes of two targets', argv: ['size', 'amd64', 'aws'], says: /2 targets were named: amd64, aws/ },
  { sentence: 'why without a step', argv: ['why', '--target', 'amd64'], says: /No step was named[\s\S]*npm run why -- squashfs base/ },
  { sentence: 'plan without a target lists them', argv: ['plan'], says: /No target was named[\s\S]*npm run plan -- --target amd64[\s\S]*vmware/ },
  { sentence: 'boot of an unknown target names the nearest', argv: ['boot', '--target', 'amd46'], says: /no target "amd46"[\s\S]*Did you mean "amd64"\?/ },
  { sentence: 'boot of a target like no other lists them', argv: ['boot', '--target', 'nope'], says: /no target "nope"[\s\S]*Targets: .*amd64/ },
  {
    sentence: 'boot of what another directory of releases lacks',
    argv: ['boot', 'amd64', '--dist', '/nowhere/else'],
    says: /nowhere\/else\/v[^/]+\/rancheros\.iso: The target "amd64" was not built yet[\s\S]*--dist \/nowhere\/else/,
  },
  { sentence: 'a size of a disk that is none', argv: ['boot', 'amd64', '--installed', '--disk-size', '8Q', '--version', 'v9.9.9'], says: /--disk-size takes a size, not "8Q"[\s\S]*8G/ },
  { sentence: 'control characters are not echoed', argv: ['build', 'am\u001b[31md\u0007\u009b64'], says: /no target "am\\u001b\[31md\\u0007\ufffd64"/ },
  { sentence: 'nor those of an option or a command', argv: ['bu\u001b]0;x\u0007ild'], says: /no command "bu\\u001b\]0;x\\u0007ild"/ },
  { sentence: 'words that gc does not take', argv: ['gc', 'everything'], says: /everything/ },
];

test('a wrong command line ends with 2 and a sentence that says what to do', async (t) => {
  for (const { sentence, argv, says } of REFUSALS) {
    await t.test(sentence, async () => {
      const { end, stdout, stderr } = await cli(argv);
      assert.equal(end, 2, stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, NO_STACK);
      assert.equal(stdout, '');
    });
  }
});

test('no command at all prints the overview and ends with 2', async () => {
  const { end, stdout } = await cli([]);
  assert.equal(end, 2);
  assert.match(stdout, /npm run build/);
});

test('a wrong mirror in the environment is told with the name of its variable', async () => {
  const { end, stderr } = await cli(['build', 'amd64', '--dry-run'], { env: { RANCHEROS_DEBIAN_MIRROR: 'nonsense' } });
  assert.equal(end, 2);
  assert.match(stderr, /RANCHEROS_DEBIAN_MIRROR takes the address/);
});

test('a wrong size of the store in the environment is told with the name of its variable', async () => {
  const { end, stderr } = await cli(['build', 'amd64', '--dry-run'], { env: { RANCHEROS_CACHE_MAX: '5 potatoes' } });
  assert.equal(end, 2);
  assert.match(stderr, /RANCHEROS_CACHE_MAX takes a size, not "5 potatoes"/);
});

test('gc of a store that does not exist makes none', async (t) => {
  const cache = path.join(await temporaryFolder(t), 'cache');
  const { end, stdout } = await cli(['gc', '--cache', cache]);
  assert.deepEqual([end, await exists(cache)], [0, false]);
  assert.match(stdout, /There is no store in/);
});

test('a dry run lists the files of a build and writes none', async (t) => {
  const folder = await temporaryFolder(t);
  const { end, stdout, stderr } = await cli(['build', 'amd64', '--dry-run', '--dist', path.join(folder, 'dist')]);
  assert.deepEqual([end, stderr], [0, '']);
  const { stdout: json } = await cli(['targets', '--json']);
  const targets = JSON.parse(json) as readonly { readonly name: string; readonly files: readonly string[] }[];
  const target = targets.find(({ name }) => name === 'amd64');
  const shown = stdout.split('\n').flatMap((line) => /dist\/v[^/]+\/(.+)$/.exec(line)?.[1] ?? []);
  assert.deepEqual(shown.sort(), target?.files);
  assert.equal(await exists(path.join(folder, 'dist')), false);
});
