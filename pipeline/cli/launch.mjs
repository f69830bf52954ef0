#!/usr/bin/env node
// Starts the CLI from a cached bundle, which is rebuilt when a source changed: tsx would cost 0.8 s before our first line,
// a bundle 0.1 s. Also bundles the built-in writers one by one, because the digest of a writer's code is part of its steps' keys.
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 18)) {
  process.stderr.write(`Node ${process.versions.node} is too old: install Node 20.18 or newer.\n`);
  process.exit(3);
}

/** What the guest program takes from the library `yaml`. */
const GUEST_YAML = [
  'Document',
  'LineCounter',
  'Pair',
  'YAMLMap',
  'YAMLSeq',
  'isAlias',
  'isCollection',
  'isMap',
  'isNode',
  'isPair',
  'isScalar',
  'isSeq',
  'parse',
  'parseDocument',
  'stringify',
  'visit',
];

const projectFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const cacheFolder = bundleCacheFolder();
const stateFile = path.join(cacheFolder, 'state.json');
const bundleFolder = freshBundle() ?? (await bundle().catch(tellUnreadable));
process.setSourceMapsEnabled(true);
const { main } = await import(pathToFileURL(path.join(bundleFolder, 'main.mjs')).href);
await main({ projectFolder, bundleFolder });

/** Beside the sources, or, where the project is read-only, in the system's temporary folder. */
function bundleCacheFolder() {
  const beside = path.join(projectFolder, '.cache', 'bundle');
  try {
    mkdirSync(beside, { recursive: true });
    accessSync(beside, constants.W_OK);
    return beside;
  } catch {
    const user = process.getuid?.() ?? 0;
    const id = createHash('sha256').update(projectFolder).digest('hex').slice(0, 16);
    const elsewhere = path.join(tmpdir(), `rancheros-bundle-${user}-${id}`);
    mkdirSync(elsewhere, { recursive: true, mode: 0o700 });
    // Everybody may make a folder of this name there first, and what lies in it is executed.
    const seen = lstatSync(elsewhere);
    const isOurs = seen.isDirectory() && seen.uid === user && (seen.mode & 0o022) === 0;
    return isOurs ? elsewhere : mkdtempSync(`${elsewhere}-`);
  }
}

/** The file of a kind of step that our own code makes. */
function writerSource(kind) {
  return `pipeline/steps/${kind}/write.ts`;
}

/** Names that decide which entries exist: a new target or writer must be seen although no known file changed. */
function entryNames() {
  const typescript = (folder) =>
    readdirSync(path.join(projectFolder, folder))
      .filter((name) => name.endsWith('.ts'))
      .sort();
  const writers = readdirSync(path.join(projectFolder, 'pipeline/steps'))
    .filter((kind) => existsSync(path.join(projectFolder, writerSource(kind))))
    .sort();
  return { targets: typescript('targets'), writers };
}

function stamp(file) {
  try {
    const { mtimeMs, size } = statSync(path.join(projectFolder, file));
    return `${mtimeMs}:${size}`;
  } catch {
    return 'gone';
  }
}

/** The folder of the last bundle, when no source, entry or library changed since. */
function freshBundle() {
  try {
    const state = JSON.parse(readFileSync(stateFile, 'utf8'));
    if (JSON.stringify(state.entries) !== JSON.stringify(entryNames())) return undefined;
    for (const [file, seen] of Object.entries(state.stamps)) if (stamp(file) !== seen) return undefined;
    const folder = path.join(cacheFolder, state.folder);
    return existsSync(path.join(folder, 'main.mjs')) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** A source with an error, such as a target that somebody writes just now, is told like every wrong configuration. */
function tellUnreadable(error) {
  const places = (error.errors ?? []).filter(({ location }) => location);
  if (places.length === 0) throw error;
  for (const { text, location } of places.slice(0, 10)) {
    const { file, line, column } = location;
    process.stderr.write(
      `error: ${file}:${line}:${column + 1}: This file cannot be read: ${text.replace(/\.?$/, '.')}\n`,
    );
  }
  process.stderr.write('  → Mend it, then run the same command again.\n');
  process.exit(2);
}

async function bundle() {
  const begun = Date.now();
  const { build } = await import('esbuild').catch(() => {
    process.stderr.write('The libraries are not installed: run `npm ci` first.\n');
    process.exit(3);
  });
  const entries = entryNames();
  const sources = new Set(['package.json', 'package-lock.json', 'pipeline/cli/launch.mjs']);
  const common = {
    absWorkingDir: projectFolder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    metafile: true,
    // `tellUnreadable` says what is wrong.
    logLevel: 'silent',
    legalComments: 'none',
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  };
  const guest = { platform: 'neutral', target: 'es2022', mainFields: ['module', 'main'], minify: true, banner: {} };
  const temporary = path.join(cacheFolder, `tmp-${process.pid}`);
  rmSync(temporary, { recursive: true, force: true });
  try {
    const results = await Promise.all([
      build({
        ...common,
        entryPoints: [
          { in: 'pipeline/cli/main.ts', out: 'main' },
          // What targets of a project import, as the same modules.
          { in: 'pipeline/index.ts', out: 'index' },
          { in: 'pipeline/exec/worker.ts', out: 'worker' },
        ],
        splitting: true,
        outdir: temporary,
        outExtension: { '.js': '.mjs' },
        sourcemap: 'linked',
        plugins: [targetList(entries.targets)],
      }),
      ...entries.writers.map((kind) =>
        build({
          ...common,
          entryPoints: [writerSource(kind)],
          outfile: path.join(temporary, 'writers', `${kind}.mjs`),
          minify: true,
        }),
      ),
      build({
        ...common,
        ...guest,
        entryPoints: ['overlays/ros/main.ts'],
        outdir: path.join(temporary, 'ros'),
        splitting: true,
        external: ['std', 'os'],
        plugins: [yamlWhenUsed()],
      }),
      build({
        ...common,
        ...guest,
        stdin: { contents: `export { ${GUEST_YAML.join(', ')} } from 'yaml';`, resolveDir: projectFolder },
        outfile: path.join(temporary, 'ros/yaml.js'),
        format: 'iife',
        globalName: 'yamlLibrary',
      }),
    ]);
    for (const result of results)
      for (const input of Object.keys(result.metafile.inputs)) if (!input.includes(':')) sources.add(input);
    const digests = {};
    for (const writer of entries.writers) {
      digests[writer] = sha256(readFileSync(path.join(temporary, 'writers', `${writer}.mjs`)));
    }
    writeFileSync(path.join(temporary, 'writers.json'), JSON.stringify(digests));
    const identity = createHash('sha256');
    for (const file of filesBelow(temporary))
      identity.update(`${file}\0`).update(readFileSync(path.join(temporary, file)));
    const folder = identity.digest('hex').slice(0, 24);
    const place = path.join(cacheFolder, folder);
    if (!existsSync(place)) renameSync(temporary, place);
    // What was edited meanwhile may be in the bundle as it was: the next start bundles again.
    const stampAtBegin = (file) => {
      const seen = stamp(file);
      return Number.parseFloat(seen) >= begun ? 'changed while it was bundled' : seen;
    };
    const stamps = Object.fromEntries([...sources].sort().map((file) => [file, stampAtBegin(file)]));
    writeFileSync(`${stateFile}.${process.pid}`, JSON.stringify({ folder, entries, stamps }));
    renameSync(`${stateFile}.${process.pid}`, stateFile);
    for (const old of readdirSync(cacheFolder)) {
      if (
        /^[0-9a-f]{24}$/.test(old) &&
        old !== folder &&
        Date.now() - statSync(path.join(cacheFolder, old)).mtimeMs > 3_600_000
      ) {
        rmSync(path.join(cacheFolder, old), { recursive: true, force: true });
      }
    }
    return place;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function sha256(bytes) {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function filesBelow(folder, prefix = '') {
  return readdirSync(path.join(folder, prefix), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(folder, path.join(prefix, entry.name)) : [path.join(prefix, entry.name)],
    );
}

/**
 * Lets the guest program read its YAML library, a third of all its code, when the first text is to be parsed: most calls find the
 * configuration parsed already. QuickJS can read a script in the midst of other code, but no module.
 */
function yamlWhenUsed() {
  const contents = `import { loadScript } from 'std';
    const library = () => globalThis.yamlLibrary ?? (loadScript('/usr/lib/ros/program/yaml.js'), globalThis.yamlLibrary);
    ${GUEST_YAML.map((name) => `export function ${name}(...words) { const { ${name}: it } = library(); return new.target ? new it(...words) : it(...words); }`).join('\n')}`;
  return {
    name: 'yaml-when-used',
    setup(context) {
      context.onResolve({ filter: /^yaml$/ }, () => ({ path: 'yaml', namespace: 'when-used' }));
      context.onLoad({ filter: /.*/, namespace: 'when-used' }, () => ({ contents }));
    },
  };
}

/** Lets `import { targetFiles } from 'targets:all'` give the default exports of every file in `targets/`, by file name. */
function targetList(names) {
  return {
    name: 'target-list',
    setup(context) {
      context.onResolve({ filter: /^targets:all$/ }, () => ({ path: 'all', namespace: 'targets' }));
      context.onLoad({ filter: /.*/, namespace: 'targets' }, () => ({
        resolveDir: projectFolder,
        contents: [
          ...names.map((name, index) => `import t${index} from './targets/${name}';`),
          `export const targetFiles = [${names.map((name, index) => `{file: ${JSON.stringify(`targets/${name}`)}, target: t${index}}`).join(',')}];`,
        ].join('\n'),
      }));
    },
  };
}
