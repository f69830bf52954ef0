import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { SeedOptions } from '../../../pipeline/steps/seed/step.ts';
import { write } from '../../../pipeline/steps/seed/write.ts';
import { file, membersOf, runWriter, tarOf, textIn } from '../trees/sample.ts';

const LAYERS = { base: tarOf([file('a', 'base')]), engine: tarOf([file('b', 'engine!')]), config: tarOf([file('c', '')]) };
const OPTIONS: SeedOptions = {
  arch: 'amd64',
  layers: ['base', 'engine', 'config'],
  images: [
    { name: 'rancher/os-base', tag: 'v1.0.0', layers: ['base', 'config'] },
    { name: 'rancher/os-docker', tag: 'v1.0.0', layers: ['base', 'engine', 'config'] },
  ],
};
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

async function seed(layers: typeof LAYERS = LAYERS, options: SeedOptions = OPTIONS): Promise<{ readonly tar: Buffer; readonly list: string }> {
  const inputs = Object.fromEntries(Object.entries(layers).map(([name, tar]) => [`layer/${name}`, tar]));
  const made = await runWriter(write, { inputs, outputs: ['seed', 'list'], options });
  return { tar: made.seed, list: made.list.toString() };
}

test('the list names the layers from the lowest to the highest with the digests of their tars', async () => {
  assert.equal((await seed()).list, `base ${sha256(LAYERS.base)}\nengine ${sha256(LAYERS.engine)}\nconfig ${sha256(LAYERS.config)}\n`);
});

test('an image is known by the digest of its configuration, which names the layers', async () => {
  const { tar } = await seed();
  const repositories = JSON.parse(textIn(tar, 'image/overlay2/repositories.json') ?? '') as { readonly Repositories: { readonly [name: string]: { readonly [reference: string]: string } } };
  const id = repositories.Repositories['rancher/os-docker']?.['rancher/os-docker:v1.0.0']?.replace('sha256:', '') ?? '';
  const config = textIn(tar, `image/overlay2/imagedb/content/sha256/${id}`) ?? '';
  assert.equal(sha256(config), id);
  const parsed = JSON.parse(config) as { readonly created: string; readonly architecture: string; readonly rootfs: unknown; readonly config: { readonly Cmd: unknown } };
  assert.equal(parsed.created, '2024-01-01T00:00:00Z');
  assert.equal(parsed.architecture, 'amd64');
  assert.deepEqual(parsed.config.Cmd, ['/bin/sh']);
  assert.deepEqual(parsed.rootfs, { type: 'layers', diff_ids: [LAYERS.base, LAYERS.engine, LAYERS.config].map((tar) => `sha256:${sha256(tar)}`) });
});

test("each chain of layers has Docker's records, and its files are a link to the mounted layer", async () => {
  const { tar } = await seed();
  const base = `sha256:${sha256(LAYERS.base)}`;
  const engine = `sha256:${sha256(LAYERS.engine)}`;
  // image-spec: ChainID(L0|L1) = Digest(ChainID(L0) + " " + DiffID(L1)).
  const chain = sha256(`${base} ${engine}`);
  const entry = `image/overlay2/layerdb/sha256/${chain}`;
  assert.deepEqual([textIn(tar, `${entry}/diff`), textIn(tar, `${entry}/parent`), textIn(tar, `${entry}/size`)], [engine, base, '7']);
  const folder = `overlay2/${textIn(tar, `${entry}/cache-id`)}`;
  const members = membersOf(tar);
  assert.equal(members.get(`${folder}/diff`)?.target, `/run/rancher/layers/${sha256(LAYERS.engine)}`);
  const link = textIn(tar, `${folder}/link`) ?? '';
  assert.match(link, /^[A-Z2-7]{26}$/);
  assert.equal(members.get(`overlay2/l/${link}`)?.target, `../${folder.slice('overlay2/'.length)}/diff`);
  const baseFolder = textIn(tar, `image/overlay2/layerdb/sha256/${sha256(LAYERS.base)}/cache-id`);
  assert.equal(textIn(tar, `${folder}/lower`), `l/${textIn(tar, `overlay2/${baseFolder}/link`)}`);
  assert.equal(textIn(tar, `overlay2/${baseFolder}/lower`), undefined, 'the lowest layer has nothing below');
});

test('what two images share is there once: three chains above base and base itself', async () => {
  const entries = [...membersOf((await seed()).tar).keys()].filter((path) => /^image\/overlay2\/layerdb\/sha256\/[0-9a-f]{64}$/.test(path));
  assert.equal(entries.length, 4);
});

test("the data root itself is not in it, and Docker's folders are closed to others", async () => {
  const members = membersOf((await seed()).tar);
  assert.equal(members.has(''), false);
  for (const { path, type, mode } of members.values()) if (type === 'directory') assert.equal(mode & 0o007, 0, path);
});

test('a changed layer gets other names throughout', async () => {
  const [one, other] = await Promise.all([seed(), seed({ ...LAYERS, base: tarOf([file('a', 'other')]) })]);
  const folders = (tar: Buffer): readonly string[] => [...membersOf(tar).keys()].filter((path) => /^overlay2\/[0-9a-f]{64}$/.test(path));
  assert.deepEqual(
    folders(one.tar).filter((path) => folders(other.tar).includes(path)),
    [],
  );
});
