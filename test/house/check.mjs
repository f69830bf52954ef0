#!/usr/bin/env node
// `npm run check`: types, format and lint, import rules, house rules. Also the first stage of `npm test`.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { unusedExports } from './exports.mjs';
import { importRules } from './import-rules.mjs';
import { houseRules } from './rules.mjs';

/** Runs all checks side by side; each gives its name and, if there is any, its trouble. */
export async function runHouseChecks(projectFolder) {
  mkdirSync(path.join(projectFolder, '.cache'), { recursive: true });
  const bin = (name) => path.join(projectFolder, 'node_modules/.bin', name);
  const program = async (name, argv, remedy = '') => {
    const { code, output } = await run(argv, projectFolder);
    return { name, trouble: code === 0 ? undefined : `${output.trim() || `it ended with ${code}`}\n${remedy}`.trimEnd() };
  };
  return Promise.all([
    program('types: tsc', [bin('tsc'), '--noEmit', '--incremental', '--tsBuildInfoFile', '.cache/tsc.tsbuildinfo', '--pretty', 'false']),
    program(
      'format and lint: biome',
      [bin('biome'), 'check', '--error-on-warnings', '--max-diagnostics=50', '--colors=off', '.'],
      'Format, order of imports and what is FIXABLE: npx biome check --write .',
    ),
    importRules(projectFolder).then((trouble) => ({ name: 'import rules: dependency-cruiser', trouble })),
    ...ruleResults(projectFolder),
  ]);
}

function ruleResults(projectFolder) {
  const rules = [...houseRules(projectFolder), { name: 'every export is imported', found: unusedExports(projectFolder) }];
  return rules.map(({ name, found }) => ({ name: `house: ${name}`, trouble: found.length === 0 ? undefined : found.join('\n') }));
}

function run([program, ...words], cwd) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, words, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const collect = (bytes) => {
      output += bytes.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--help')) {
    process.stdout.write('Usage: npm run check\n\nTypes, format and lint, import rules, house rules.\n\n  --rules   the house rules only, which take some seconds\n');
    process.exit(0);
  }
  const projectFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
  const results = process.argv.includes('--rules') ? ruleResults(projectFolder) : await runHouseChecks(projectFolder);
  for (const { name, trouble } of results) {
    process.stdout.write(trouble === undefined ? `✔ ${name}\n` : `✖ ${name}\n${trouble.replace(/^/gm, '    ')}\n`);
  }
  const failed = results.filter((each) => each.trouble !== undefined).length;
  process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
