import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { hexOf } from '../../pipeline/core/digest.ts';
import { chooseExecutor, demandIsolation, EXECUTOR_NAMES, type ExecutorName } from '../../pipeline/exec/choice.ts';
import { DockerExecutor } from '../../pipeline/exec/docker/executor.ts';
import { ownLabels } from '../../pipeline/exec/docker/labels.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { type ContainerDockerd, containerDockerd } from '../rig/container-dockerd.ts';
import { failureOf } from '../rig/failure-of.ts';
import { MAY_RUN_DOCKERD } from '../rig/private-dockerd.ts';
import { OneRoot, type ToolImage, toolImageFiles } from '../rig/tool-image.ts';

const WHY_NOT = MAY_RUN_DOCKERD ? false : 'only root may run a Docker daemon';
const REMOTE = { DOCKER_HOST: 'tcp://192.0.2.1:2375' };

let folder: string;
let image: ToolImage;
let dockerd: ContainerDockerd | undefined;
/** PATH with a bwrap that may not make a sandbox. */
let forbidding: string;
before(async () => {
  folder = await temporaryDirectory('choice');
  image = await toolImageFiles();
  forbidding = path.join(folder, 'bin');
  await mkdir(forbidding);
  await writeFile(path.join(forbidding, 'bwrap'), '#!/bin/sh\necho "bwrap: setting up uid map:" >&2\necho "Permission denied" >&2\nexit 1\n');
  await chmod(path.join(forbidding, 'bwrap'), 0o755);
  if (!WHY_NOT) dockerd = await containerDockerd(path.join(folder, 'docker'));
});
after(async () => {
  await dockerd?.stop();
  await removeTemporaryDirectory(folder);
});

const signal = new AbortController().signal;
const local = () => ({ DOCKER_HOST: `unix://${dockerd?.socket}` });

async function choose(wanted: ExecutorName, env: { readonly [name: string]: string | undefined }, mustIsolate = false) {
  const choice = await chooseExecutor({ wanted, mustIsolate, roots: new OneRoot(image.root), image, env, scratch: () => mkdtemp(path.join(folder, 'scratch-')), signal });
  await choice.executor.close?.();
  return [choice.executor.name, choice.executor.isolated, choice.sentence] as const;
}

for (const name of EXECUTOR_NAMES) {
  if (name === 'auto') continue;
  test(`who asks for ${name} gets ${name}, and is told so`, { skip: name === 'docker' && WHY_NOT }, async () => {
    const [chosen, , sentence] = await choose(name, local());
    assert.equal(chosen, name);
    assert.match(sentence, /^Tools run (?:(?!\. ).)* as asked for[:;] (?:(?!\. ).)*\.$/);
  });
}

test('auto takes bubblewrap where it works', async () => {
  assert.deepEqual(await choose('auto', {}), ['bwrap', true, 'Tools run in bubblewrap, the first choice, which works here: no executor isolates better or starts faster.']);
});

test('auto takes Docker where bubblewrap may not make a sandbox, and says why in one sentence', { skip: WHY_NOT }, async () => {
  const [name, isolated, sentence] = await choose('auto', { ...local(), PATH: forbidding }, true);
  assert.deepEqual([name, isolated], ['docker', true]);
  assert.ok(
    sentence.startsWith(
      `Tools run in containers of the Docker daemon at ${dockerd?.socket}, as bubblewrap says "bwrap: setting up uid map: Permission denied"; for bubblewrap, which starts faster, allow unprivileged user namespaces (`,
    ),
    sentence,
  );
});

test('auto takes none where neither works, and says why; a release is refused with both causes', async () => {
  const env = { ...REMOTE, PATH: forbidding };
  const [name, isolated, sentence] = await choose('auto', env);
  assert.deepEqual([name, isolated], ['none', false]);
  const causes = 'as bubblewrap says "bwrap: setting up uid map: Permission denied" and Docker says "DOCKER_HOST is \\"tcp://192.0.2.1:2375\\", which is no local socket (unix:///…)"';
  assert.ok(sentence.startsWith(`Tools run WITHOUT isolation, ${causes}: what they make is not fit for a release; to isolate them, `), sentence);
  const failure = await failureOf(choose('auto', env, true));
  assert.equal(failure.message, 'Steps would run without isolation, which is not fit for a release.');
  assert.match(failure.evidence ?? '', /^bubblewrap: bwrap: setting up uid map:\nPermission denied\nDocker: DOCKER_HOST is/);
});

test('what is asked for by name is taken or refused, and nothing else', async () => {
  assert.deepEqual(
    [(await failureOf(choose('bwrap', { PATH: forbidding }))).message, (await failureOf(choose('docker', REMOTE))).message],
    ['bubblewrap cannot run tools here.', 'Docker cannot run tools here.'],
  );
  assert.match((await failureOf(choose('none', {}, true))).evidence ?? '', /the executor "none" was asked for/);
});

const ELSEWHERE: readonly (readonly [sentence: string, env: { readonly [name: string]: string }, says: RegExp])[] = [
  ['over TCP', REMOTE, /DOCKER_HOST is "tcp:\/\/192\.0\.2\.1:2375", which is no local socket/],
  ['over SSH, whose password is not shown', { DOCKER_HOST: 'ssh://me:secret@192.0.2.1' }, /DOCKER_HOST is "ssh:\/\/…@192\.0\.2\.1", which is no local socket/],
  ['of a remote context', { DOCKER_CONFIG: 'config' }, /the Docker context "far" is "tcp:\/\/192\.0\.2\.1:2376", which is no local socket/],
  ['of a context that nobody described', { DOCKER_CONFIG: 'config', DOCKER_CONTEXT: 'lost' }, /the Docker context "lost" is not described in/],
  ['that does not answer', { DOCKER_HOST: 'unix:///nonexistent/docker.sock' }, /no daemon answers at \/nonexistent\/docker\.sock: .*ENOENT/],
];
for (const [sentence, env, says] of ELSEWHERE) {
  test(`a daemon ${sentence} is refused before and after there is a tool image`, async () => {
    const config = path.join(folder, 'config');
    const context = path.join(config, 'contexts/meta', execFileSync('sha256sum', { input: 'far' }).toString().slice(0, 64));
    await mkdir(context, { recursive: true });
    await writeFile(path.join(config, 'config.json'), JSON.stringify({ currentContext: 'far' }));
    await writeFile(path.join(context, 'meta.json'), JSON.stringify({ Name: 'far', Endpoints: { docker: { Host: 'tcp://192.0.2.1:2376' } } }));
    const there = 'DOCKER_CONFIG' in env ? { ...env, DOCKER_CONFIG: config } : env;
    for (const ask of [() => choose('docker', there), () => demandIsolation('docker', { env: there, signal })]) assert.match((await failureOf(ask())).evidence ?? '', says);
  });
}

test('the tool image is imported once, under its digest, whatever another image is called', { skip: WHY_NOT }, async () => {
  assert.ok(dockerd);
  const name = `rancheros-tools:${hexOf(image.digest)}`;
  const seen = async () => {
    const { Id, Metadata } = await (dockerd as ContainerDockerd).api.json<{ readonly Id: string; readonly Metadata: object }>({ method: 'GET', path: `/images/${name}/json` });
    return { Id, Metadata };
  };
  await choose('docker', local());
  const first = await seen();
  await choose('docker', local());
  assert.deepEqual(await seen(), first);
  // An image of the same name that is another one: one file that would be taken for a tool.
  await mkdir(path.join(folder, 'other/usr/bin'), { recursive: true });
  await writeFile(path.join(folder, 'other/usr/bin/cp'), '#!/bin/sh\n', { mode: 0o755 });
  const tar = execFileSync('tar', ['-C', path.join(folder, 'other'), '-c', '.']);
  await dockerd.api.text({
    method: 'POST',
    path: `/images/create?fromSrc=-&repo=rancheros-tools&tag=${hexOf(image.digest)}`,
    tar: (async function* () {
      yield tar;
    })(),
  });
  assert.notEqual((await seen()).Id, first.Id);
  await choose('docker', local());
  const { RootFS } = await dockerd.api.json<{ readonly RootFS: { readonly Layers: readonly string[] } }>({ method: 'GET', path: `/images/${name}/json` });
  assert.deepEqual(RootFS.Layers, [image.digest]);
});

test('a daemon that sees other files at the same paths is refused with a sentence', { skip: WHY_NOT }, async () => {
  const hidden = path.join(folder, 'hidden');
  await mkdir(hidden);
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', hidden]);
  const executor = new DockerExecutor({ socket: dockerd?.socket ?? '' });
  try {
    assert.match(
      (await executor.probe(image, hidden, signal)) ?? 'it works',
      /^The Docker daemon at \S+ does not see \S+\/hidden\/\S+ of this machine: it runs in another mount namespace, or elsewhere\.$/,
    );
  } finally {
    await executor.close();
    execFileSync('umount', [hidden]);
  }
});

test('containers of builds that were killed, or whose time is over, are removed by the next one; others stay', { skip: WHY_NOT }, async () => {
  assert.ok(dockerd);
  const { api } = dockerd;
  await choose('docker', local());
  const dead = spawn('true');
  const pid = dead.pid;
  await new Promise((resolve) => dead.once('close', resolve));
  const own = ownLabels(60);
  const [owner = '', expires = ''] = Object.keys(own);
  const ownerOfDead = (own[owner] ?? '').replace(/\.\d+-(b[0-9a-f]+s\d+_)?/, `.${pid}-`);
  const start = async (labels: { readonly [label: string]: string }): Promise<string> => {
    const body = { Image: `rancheros-tools:${hexOf(image.digest)}`, Entrypoint: ['sleep', '600'], Labels: labels, HostConfig: { NetworkMode: 'none' } };
    const { Id } = await api.json<{ readonly Id: string }>({ method: 'POST', path: '/containers/create', json: body });
    await api.text({ method: 'POST', path: `/containers/${Id}/start` });
    return Id;
  };
  const gone = [await start({ ...own, [owner]: ownerOfDead }), await start({ ...own, [expires]: '1' })];
  const kept = [await start(own), await start({})];
  await choose('docker', local());
  const left = (await api.json<readonly { readonly Id: string }[]>({ method: 'GET', path: '/containers/json?all=1' })).map(({ Id }) => Id);
  assert.deepEqual([...left].sort(), [...kept].sort(), `not ${gone.join(', ')}`);
  for (const id of kept) await api.text({ method: 'DELETE', path: `/containers/${id}?force=1` });
});
