import assert from 'node:assert/strict';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf } from '../../pipeline/core/digest.ts';
import { type Manifest, manifestText, type ReleaseFile } from '../../pipeline/publish/manifest.ts';
import { packageKey } from '../../pipeline/publish/shipped.ts';
import type { SizeReport } from '../../pipeline/size/page.ts';
import { cli, filesBelow, startCli, temporaryFolder } from './cli.ts';
import { changeManifest, flip } from './release-damage.ts';
import { withTinyFolder } from './tiny-folder.ts';

/** What needs the size of real media, or what is in them; all else about the commands is shown by a tiny project. */
test('the release of a target: published whole or not at all, and read back with what is in it', async (t) => {
  const folder = await temporaryFolder(t);
  const dist = path.join(folder, 'dist');
  const words = (place: string): readonly string[] => ['build', 'amd64', '--dist', place];

  await t.test('a dist that gets full while it is published: a sentence, and nothing half-written', async (t) => {
    const small = path.join(folder, 'small');
    await mkdir(small);
    const through = withTinyFolder(small, '40m');
    if (!through) return t.skip('user namespaces cannot be made here');
    // What is left there is seen from inside only.
    const script = `"$@"; code=$?; find '${small}' -type f -printf 'left %p\\n' >&2; exit $code`;
    const { end, stderr } = await cli([...words(small), '--ignore-space'], { through: [...through, 'sh', '-c', script, 'sh'] });
    assert.equal(end, 1, stderr);
    assert.match(stderr, /The disk is full/);
    assert.match(stderr, /Free some space/);
    assert.doesNotMatch(stderr, /^\s+at |bug in the pipeline|^left .*(\.part|release\.json)$/m);
  });

  await t.test('kill -9 while it publishes: the next build puts the rest there and takes the half-written file away', async () => {
    const running = startCli(words(dist));
    while (!(await filesBelow(dist).catch(() => [])).some((name) => !name.startsWith('.publishing/'))) await sleep(2);
    running.child.kill('SIGKILL');
    await running.result;
    await assert.rejects(readFile(path.join(dist, 'latest/release.json')), { code: 'ENOENT' });
    const again = await cli(words(dist));
    assert.equal(again.end, 0, again.stderr);
    assert.deepEqual(
      (await filesBelow(dist)).filter((name) => name.endsWith('.part') || name.startsWith('.publishing')),
      [],
    );
  });

  await t.test('it is whole, and has the files that the target promises', async () => {
    const whole = await cli(['verify', '--dist', dist]);
    assert.deepEqual([whole.end, whole.stderr], [0, '']);
    assert.match(whole.stdout, /7 files, .* all as release\.json says, their formats sound/);
    const targets = JSON.parse((await cli(['targets', '--json'])).stdout) as readonly { readonly name: string; readonly files: readonly string[] }[];
    const files = targets.find(({ name }) => name === 'amd64')?.files ?? [];
    assert.deepEqual(await filesBelow(path.join(dist, 'latest')), [...files, 'SHA256SUMS', 'release.json'].sort());
  });

  await t.test('its manifest lists the packages of each layer with their sources, and diff finds one that changed', async () => {
    const manifest = JSON.parse(await readFile(path.join(dist, 'latest/release.json'), 'utf8')) as Manifest;
    const engine = manifest.files['rancheros.iso']?.contents?.files['rancheros/engine.squashfs']?.digest ?? '';
    const keys = manifest.components?.[engine] ?? [];
    const docker = manifest.packages?.[keys.find((key) => key.startsWith('docker.io:amd64=')) ?? ''];
    assert.equal(docker?.source.name, 'docker.io');
    assert.ok(
      docker.builtUsing?.some((each) => each.startsWith('golang-')),
      'what its Go program was linked from',
    );
    const release = path.join(dist, 'v0.0.1');
    await mkdir(release);
    const older = { ...docker, version: '1.0' };
    const [newer, key] = [packageKey(docker), packageKey(older)];
    // A layer stands there twice: as it is mounted, and as a tar in rootfs.tar.gz.
    const before = (packed: readonly string[]) => packed.filter((each) => !each.startsWith('containerd:')).map((each) => (each === newer ? key : each));
    const components = Object.fromEntries(Object.entries(manifest.components ?? {}).map(([digest, packed]) => [digest, before(packed)]));
    await writeFile(path.join(release, 'release.json'), manifestText({ ...manifest, components, packages: { ...manifest.packages, [key]: older } }));
    const { stdout, end } = await cli(['diff', 'v0.0.1', manifest.version, '--dist', dist]);
    assert.equal(end, 0);
    assert.match(stdout, /^Every file is the same\.\n\nPackages\n[\s\S]*^changed {2}docker\.io {2}1\.0 → .*\(amd64, in initrd, rancheros\.img, rancheros\.iso/m);
    assert.match(stdout, /^added {4}containerd {2}– → /m);
    await rm(release, { recursive: true });
  });

  await t.test('its bytes are told by component, package and file, without a step or a download', async () => {
    const page = path.join(folder, 'amd64.html');
    const { end, stdout, stderr } = await cli(['size', 'amd64', '--json', '--page', page]);
    assert.deepEqual([end, stderr], [0, '']);
    const { media } = JSON.parse(stdout) as SizeReport;
    for (const { name, bytes, components } of media) {
      assert.equal(bytes, (await stat(path.join(dist, 'latest', name))).size, name);
      assert.equal(
        components.reduce((sum, each) => sum + each.bytes, 0),
        bytes,
        `the components of ${name}`,
      );
    }
    const engine = media.find(({ name }) => name === 'rancheros.iso')?.components.find(({ name }) => name === 'rancheros/engine.squashfs');
    const dockerd = engine?.packages.find(({ name }) => name.startsWith('docker.io '))?.files.find(({ name }) => name === 'usr/sbin/dockerd');
    assert.ok(dockerd && dockerd.unpacked > 50_000_000 && dockerd.bytes > 10_000_000, JSON.stringify(dockerd));
    assert.match(await readFile(page, 'utf8'), /<th scope="row">usr\/sbin\/dockerd<\/th>/);
  });

  await t.test('a bit of the kernel that was changed together with its digest is found by what the manifest says is in it', async () => {
    const release = path.join(dist, 'latest');
    const file = path.join(release, 'vmlinuz');
    await flip(file);
    const bytes = await readFile(file);
    await changeManifest(release, (manifest) => ({ ...manifest, files: { ...manifest.files, vmlinuz: { ...(manifest.files['vmlinuz'] as ReleaseFile), digest: digestOf(bytes) } } }));
    const { end, stderr } = await cli(['verify', '--dist', dist]);
    assert.equal(end, 4);
    assert.match(stderr, /vmlinuz: The file, or what is in it, is not what release\.json says: kernel[\s\S]*vmlinuz in it has the digest[\s\S]*→ /);
  });
});
