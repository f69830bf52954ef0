import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { projectFolder } from '../../rig/project.ts';
import { debOf, EPOCH, file, scratch, tarOf } from '../trees/sample.ts';

const STEPS = path.join(projectFolder, 'pipeline/steps');
/** As launch.mjs bundles them: CommonJS packages inside ask for `require`. In two pieces, for the test bundler looks for the whole. */
const BANNER = `import{createRequire as __cr}from'node:module';const require=__cr(${'import.meta'}.url);`;

async function bundled(name: string): Promise<string> {
  const outfile = `${scratch()}.mjs`;
  await build({ entryPoints: [path.join(STEPS, name, 'write.ts')], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', minify: true, logLevel: 'error', banner: { js: BANNER } });
  return outfile;
}

/** Runs one job in a thread and gives what it threw, as text. */
function inThread(module: string, job: object): Promise<string | undefined> {
  const code = `import(${JSON.stringify(pathToFileURL(module).href)}).then(({ write }) => write(require('node:worker_threads').workerData)).then(
    () => require('node:worker_threads').parentPort.postMessage(undefined), (error) => require('node:worker_threads').parentPort.postMessage(String(error)))`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true, workerData: job, env: {} });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

test('every writer bundles to one file that brings all it needs', async () => {
  const names = readdirSync(STEPS).filter((kind) => existsSync(path.join(STEPS, kind, 'write.ts')));
  assert.ok(names.length > 0);
  for (const name of names) {
    const { write } = (await import(pathToFileURL(await bundled(name)).href)) as { readonly write: unknown };
    assert.equal(typeof write, 'function', name);
  }
});

test('a bundled writer unpacks a package in a worker thread, WebAssembly included', async () => {
  const module = await bundled('unpack-deb');
  const deb = scratch();
  writeFileSync(deb, debOf(tarOf([file('a', 'b')])));
  const job = { inputs: { package: deb }, outputs: { data: scratch(), control: scratch() }, options: {}, epoch: EPOCH };
  assert.equal(await inThread(module, job), undefined);
  const xz = scratch();
  writeFileSync(xz, debOf(Buffer.from('no xz'), { name: 'data.tar.xz' }));
  // It must get as far as the decompressor, which says what is wrong with the bytes and not with the module.
  assert.match((await inThread(module, { ...job, inputs: { package: xz }, outputs: { data: scratch(), control: scratch() } })) ?? '', /xz stream does not decompress/);
});
