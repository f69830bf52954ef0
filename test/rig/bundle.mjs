// Test files become JavaScript in one esbuild run (tsx would cost most of a second per file).
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Test files below folders of `test/`, sorted, as paths relative to the project. */
export function testFiles(projectFolder, folders) {
  return folders.flatMap((folder) => filesBelow(projectFolder, path.join('test', folder)));
}

function filesBelow(projectFolder, folder) {
  let entries;
  try {
    entries = readdirSync(path.join(projectFolder, folder), { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const name = path.join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(projectFolder, name);
      return entry.name.endsWith('.test.ts') ? [name] : [];
    });
}

/** Bundles test files: `bundles` maps each bundle's absolute path to its source, `inputs` are esbuild's own words about what each source imports. */
export async function bundleTests(projectFolder, files) {
  const outdir = path.join(projectFolder, '.cache/test/bundle', String(process.pid));
  rmSync(outdir, { recursive: true, force: true });
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: projectFolder,
    entryPoints: files.map((file) => ({ in: file, out: file.replace(/\.ts$/, '') })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'error',
    plugins: [ownPlace(), targetList(projectFolder)],
  });
  return { bundles: new Map(files.map((file) => [path.join(outdir, file.replace(/\.ts$/, '.mjs')), file])), inputs: metafile.inputs };
}

/**
 * SHA-256 over a source and all that it imports, of those whose path matches; the same for whatever order they are imported in.
 *
 * @param {string} projectFolder
 * @param {Record<string, { imports: { path: string }[] }>} inputs
 * @param {string} source relative to the project
 * @param {RegExp} matching
 */
export function sourcesDigest(projectFolder, inputs, source, matching = /^/) {
  const seen = new Set([source]);
  for (const file of seen) {
    for (const { path: imported } of inputs[file]?.imports ?? []) if (imported in inputs && matching.test(imported)) seen.add(imported);
  }
  const hash = createHash('sha256');
  for (const file of [...seen].sort()) {
    // A virtual module is no file.
    if (!file.includes(':'))
      hash
        .update(`${file}\n`)
        .update(readFileSync(path.join(projectFolder, file)))
        .update('\n');
  }
  return hash.digest('hex');
}

/** Keeps `import.meta.url` the source's own, so that a test finds its fixtures. */
function ownPlace() {
  return {
    name: 'own-place',
    setup(context) {
      context.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        const source = readFileSync(file, 'utf8');
        if (!source.includes('import.meta.')) return undefined;
        const contents = source
          .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
          .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)))
          .replaceAll('import.meta.filename', JSON.stringify(file));
        return { contents, loader: 'ts' };
      });
    },
  };
}

/** The same virtual module that the CLI's launcher provides. */
function targetList(projectFolder) {
  return {
    name: 'target-list',
    setup(context) {
      context.onResolve({ filter: /^targets:all$/ }, () => ({ path: 'all', namespace: 'targets' }));
      context.onLoad({ filter: /.*/, namespace: 'targets' }, () => {
        const names = readdirSync(path.join(projectFolder, 'targets'))
          .filter((name) => name.endsWith('.ts'))
          .sort();
        const imports = names.map((name, index) => `import t${index} from './targets/${name}';`);
        const list = names.map((name, index) => `{file: ${JSON.stringify(`targets/${name}`)}, target: t${index}}`);
        return { resolveDir: projectFolder, contents: [...imports, `export const targetFiles = [${list.join(',')}];`].join('\n') };
      });
    },
  };
}
