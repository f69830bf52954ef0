import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { Manifest } from '../../pipeline/publish/manifest.ts';
import { type ContainerDockerd, containerDockerd } from '../rig/container-dockerd.ts';
import { MAY_RUN_DOCKERD } from '../rig/private-dockerd.ts';
import { projectFolder } from '../rig/project.ts';
import { builtStore, eventsOf, stepsRun, temporaryFolder } from './cli.ts';
import { forgetTools, LONG } from './tool-steps.ts';

const isRelease = process.env['RANCHEROS_TEST_RELEASE'] !== undefined;
const WHY_NOT = !MAY_RUN_DOCKERD ? 'only root may run a Docker daemon' : isRelease ? false : 'runs in npm run test:release';

/** An image of directories and links alone: the programs of the host are shown in it. */
async function importHost(dockerd: ContainerDockerd, folder: string): Promise<string> {
  const root = path.join(folder, 'rootfs');
  for (const name of ['usr', 'etc', 'tmp', 'root', 'project']) await mkdir(path.join(root, name), { recursive: true });
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) await symlink(`usr/${name}`, path.join(root, name));
  const tar = execFileSync('tar', ['-C', root, '--owner=0', '--group=0', '-c', '.']);
  const sent = (async function* () {
    yield tar;
  })();
  await dockerd.api.text({ method: 'POST', path: '/images/create?fromSrc=-&repo=host&tag=1', tar: sent });
  return 'host:1';
}

/** Runs a command in a container as `docker run` makes it, and gives its exit code. */
async function runContainer(dockerd: ContainerDockerd, container: object): Promise<number> {
  const { Id } = await dockerd.api.json<{ readonly Id: string }>({ method: 'POST', path: '/containers/create', json: container });
  const end = await dockerd.api.open({ method: 'POST', path: `/containers/${Id}/wait?condition=next-exit` });
  await dockerd.api.text({ method: 'POST', path: `/containers/${Id}/start` });
  const { StatusCode } = (await end.json()) as { readonly StatusCode: number };
  await dockerd.api.text({ method: 'DELETE', path: `/containers/${Id}?force=1` });
  return StatusCode;
}

test("a fresh clone builds the files of README's first command in a container with Docker's default seccomp profile, and says how", { skip: WHY_NOT }, async (t) => {
  const command = 'npx --no rancheros build amd64';
  assert.ok((await readFile(path.join(projectFolder, 'README.md'), 'utf8')).includes(command), 'README begins with it');
  const folder = await temporaryFolder(t);
  const built = await builtStore(folder);
  const ofTools = await forgetTools(built, (title) => LONG.test(title));
  const clone = path.join(folder, 'clone');
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', projectFolder, clone]);
  await mkdir(path.join(clone, 'node_modules'));
  const dockerd = await containerDockerd(path.join(folder, 'docker'));
  t.after(() => dockerd.stop());
  const out = path.join(folder, 'out');
  await mkdir(out);
  const mount = (Source: string, Target: string, ReadOnly = false) => ({ Type: 'bind', Source, Target, ReadOnly });
  const prefix = path.dirname(path.dirname(process.execPath));
  const node = prefix.startsWith('/usr') ? [] : [mount(prefix, prefix, true)];
  const code = await runContainer(dockerd, {
    Image: await importHost(dockerd, folder),
    Entrypoint: ['/bin/sh', '-c', `${command} --json --dist /out/dist >/out/events 2>/out/errors`],
    Env: [`PATH=${path.dirname(process.execPath)}:/usr/sbin:/usr/bin`, 'HOME=/root', 'RANCHEROS_CACHE=/cache'],
    WorkingDir: '/project',
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [
        mount(dockerd.hostUsr, '/usr', true),
        ...node,
        mount(clone, '/project'),
        mount(path.join(projectFolder, 'node_modules'), '/project/node_modules', true),
        mount(built.cache, '/cache'),
        mount(out, '/out'),
      ],
    },
  });
  assert.equal(code, 0, await readFile(path.join(out, 'errors'), 'utf8'));
  const events = eventsOf(await readFile(path.join(out, 'events'), 'utf8'));
  assert.deepEqual([...new Set(stepsRun(events))].sort(), [...ofTools].sort(), 'every step of a tool ran in it');
  const said = events.flatMap((event) => (event.type === 'note' && event.message.startsWith('Tools run') ? [event.message] : []));
  assert.equal(said.length, 1, said.join('\n'));
  assert.match(
    said[0] ?? '',
    /^Tools run WITHOUT isolation, as bubblewrap says "bwrap: [^"]+" and Docker says "no daemon answers at \/var\/run\/docker\.sock[^"]*": [\s\S]*--security-opt seccomp=unconfined/,
  );
  const filesIn = async (dist: string) => (JSON.parse(await readFile(path.join(dist, 'latest/release.json'), 'utf8')) as Manifest).files;
  assert.deepEqual(await filesIn(path.join(out, 'dist')), await filesIn(built.dist));
});
