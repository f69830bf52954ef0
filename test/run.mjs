#!/usr/bin/env node
// The runner behind `npm test`: house rules and unit tests first, then a build, then what needs the build. A stage that finds no
// file, or a file in which no test ran, is a failure: runners that see nothing and pass are how suites rot.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { meantCommand } from '../pipeline/cli/npm-options.mjs';
import { bootRows, bootTable, keepRows } from './rig/boot-table.mjs';
import { bundleTests, sourcesDigest, testFiles } from './rig/bundle.mjs';
import { runFile } from './rig/run-file.mjs';
import { LONGEST, longestFirst, timesTable } from './rig/run-times.mjs';

const projectFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const HELP = `Usage: npm test [-- options]

  --only PATTERN   only test files whose path matches (a regular expression, e.g. unit/formats or boot)
  --case PATTERN   only boot cases whose name matches (a regular expression, case does not count); leaves out all stages but build and boot
  --stage NAME     only this stage, may be given several times: house, unit, nodes (with --release), build, tools, cli, boot
  --seed SEED      what the moments of power cuts are drawn from (default 1)
  --cuts NUMBER    at most so many power cuts where a case has many
  --release        also what takes long (npm run test:release)
  --all-again      with --release: boot what an earlier run has proven with the same files, case and emulator, too
  --list           say which files would run, and run nothing
`;

const STAGES = [
  { name: 'house', folders: [] },
  { name: 'unit', folders: ['house', 'unit', 'golden'], needsFiles: true },
  { name: 'nodes', folders: [] },
  { name: 'build', folders: [] },
  { name: 'tools', folders: ['tools'] },
  { name: 'cli', folders: ['cli'] },
  // One machine at a time: two would only slow each other down.
  { name: 'boot', folders: ['boot'], needsFiles: true, concurrency: 1 },
];

/** A project of one's own, whose files the boot case of a release boots; its target shares almost all steps with amd64. */
const EXAMPLE = ['build', 'acme', '--project', 'test/project-example', '--plain'];
/** Versions of Node that users have, beside the one that runs this; the floor is `engines` of package.json. */
const OTHER_NODES = ['22.23.3', '24.21.0'];
/** Cases of a release cut the power many times. */
const fileMinutes = () => (values.release ? 90 : 30);
const started = performance.now();
const startedAt = Date.now();
const counts = { passed: 0, failed: 0, skipped: 0, proven: 0, startedOnceMore: 0 };
/** QEMU crashes now and then in its first seconds; more machines than this that had to be started once more are a fault of ours. */
const MAY_START_ONCE_MORE = 2;
const failures = [];
/** Seconds of each stage, and of each test file. */
const stageTimes = [];
const fileTimes = [];
/** How many tests were skipped, by the reason that they give. */
const skips = new Map();

const OPTIONS = {
  only: { type: 'string' },
  case: { type: 'string' },
  seed: { type: 'string' },
  cuts: { type: 'string' },
  stage: { type: 'string', multiple: true },
  release: { type: 'boolean', default: false },
  'all-again': { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

await refuseKeptOptions();
const values = readWords();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const wrong = (values.stage ?? []).find((name) => !STAGES.some((stage) => stage.name === name));
if (wrong !== undefined) misused(`There is no stage ${JSON.stringify(wrong)}: ${STAGES.map((stage) => stage.name).join(', ')}.`);
const only = values.only === undefined ? undefined : pattern(values.only, '--only');
/** What the tests boot and look into. */
const TESTED = values.release ? ['--all'] : ['amd64', 'arm64', 'openstack', 'proxmoxve'].flatMap((name) => ['--target', name]);
if (values.release) process.env['RANCHEROS_TEST_RELEASE'] = '1';
// Read by rig/machine.ts, which registers the cases.
if (values.seed !== undefined) process.env['RANCHEROS_SEED'] = values.seed;
if (values.cuts !== undefined) {
  if (!/^[1-9]\d*$/.test(values.cuts)) misused(`--cuts takes a number, and ${JSON.stringify(values.cuts)} is none.`);
  process.env['RANCHEROS_CUTS'] = values.cuts;
}
if (values['all-again']) process.env['RANCHEROS_TEST_ALL_AGAIN'] = '1';
if (values.case !== undefined) process.env['RANCHEROS_TEST_CASE'] = pattern(values.case, '--case').source;
process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --enable-source-maps`.trim();

const chosen = STAGES.filter(({ name }) => values.stage === undefined || values.stage.includes(name)).filter(({ name }) => values.case === undefined || name === 'build' || name === 'boot');
const plans = chosen.map((stage) => {
  const files = testFiles(projectFolder, stage.folders).filter((file) => only === undefined || only.test(file));
  return { ...stage, files };
});
// A build is wanted by itself only when the whole suite or that stage is.
const needsBuild = plans.some((plan) => ['tools', 'cli', 'boot'].includes(plan.name) && plan.files.length > 0);
const testCount = plans.reduce((sum, plan) => sum + plan.files.length, 0);
if (only !== undefined && testCount === 0) {
  process.stderr.write(`No test file matches ${only}.\n`);
  process.exit(1);
}

if (values.list) {
  for (const { name, files } of plans) process.stdout.write(`${name}\n${files.map((file) => `    ${file}\n`).join('')}`);
  process.exit(0);
}

// Whoever stops the run stops what it started; nothing new begins.
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort());

// What the files of one run find out once for all of them: see rig/accelerator.ts.
const runFolder = path.join(projectFolder, '.cache/test/run', String(process.pid));
rmSync(runFolder, { recursive: true, force: true });
mkdirSync(runFolder, { recursive: true });
process.once('exit', () => rmSync(runFolder, { recursive: true, force: true }));
process.env['RANCHEROS_TEST_RUN'] = runFolder;

for (const plan of plans) {
  if (stop.signal.aborted) break;
  const begun = performance.now();
  await runStage(plan);
  const seconds = (performance.now() - begun) / 1000;
  if (seconds >= 0.1) stageTimes.push({ name: plan.name, seconds });
}
finish();

async function runStage(plan) {
  if (plan.name === 'house') {
    if (only === undefined) await houseStage();
  } else if (plan.name === 'nodes') {
    if (values.release && only === undefined) await nodesStage();
  } else if (plan.name === 'build') {
    if (only === undefined || needsBuild) await buildStage();
  } else {
    await filesStage(plan);
  }
}

async function houseStage() {
  title('house rules');
  const { runHouseChecks } = await import('./house/check.mjs');
  for (const { name, trouble } of await runHouseChecks(projectFolder)) record({ name, trouble });
}

async function nodesStage() {
  for (const version of OTHER_NODES) {
    title(`unit tests on Node ${version}`);
    const code = await command(['--yes', '--package', `node@${version}`, '--', 'node', 'test/run.mjs', '--stage', 'unit'], 'npx');
    record({ name: `the unit tests pass on Node ${version}`, trouble: code === 0 ? undefined : `they ended with ${code}; what they said stands above` });
  }
}

async function buildStage() {
  title(`npm run build -- ${TESTED.join(' ')}`);
  const begun = performance.now();
  const code = await command(['pipeline/cli/launch.mjs', 'build', ...TESTED, ...(process.stdout.isTTY ? [] : ['--plain'])]);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  record({ name: `npm run build -- ${TESTED.join(' ')} (${seconds} s)`, trouble: code === 0 ? undefined : `it ended with ${code}` });
  const example = await command(['pipeline/cli/launch.mjs', ...EXAMPLE]);
  record({ name: `npm run build -- ${EXAMPLE.slice(1).join(' ')}`, trouble: example === 0 ? undefined : `it ended with ${example}` });
  if (!values.release) return;
  // Cases start it on the state of the one before (see rig/project.ts), and look for what was baked into it.
  const next = await command(['pipeline/cli/launch.mjs', 'build', '--target', 'amd64', '--version', 'v1.99.0-next', '--cloud-config', 'test/boot/baked-config.yml', '--plain']);
  record({ name: 'npm run build -- --target amd64 --version v1.99.0-next', trouble: next === 0 ? undefined : `it ended with ${next}` });
}

async function filesStage({ name, files, needsFiles, concurrency }) {
  if (files.length === 0) {
    if (needsFiles && only === undefined) record({ name: `the stage ${name} has tests`, trouble: 'not one test file was found' });
    return;
  }
  title(`${name}: ${files.length} ${files.length === 1 ? 'file' : 'files'}`);
  const { bundles, inputs } = await bundleTests(projectFolder, longestFirst(files, LONGEST));
  if (name === 'boot') keepSources(bundles, inputs);
  const live = concurrency === 1;
  const next = [...bundles].values();
  // One more than there are processors: many files wait for a deadline now and then.
  const workers = Array.from({ length: concurrency ?? availableParallelism() + 1 }, async () => {
    for (const [bundle, source] of next) {
      if (stop.signal.aborted) return;
      const result = await runFile({ bundle, source, live, mayBeEmpty: values.case !== undefined, timeout: fileMinutes() * 60_000, signal: stop.signal });
      for (const reason of result.skips) skips.set(reason, (skips.get(reason) ?? 0) + 1);
      for (const kind of Object.keys(counts)) counts[kind] += result.counts[kind];
      failures.push(...result.failures);
      fileTimes.push({ source, seconds: result.seconds });
    }
  });
  await Promise.all(workers);
}

/** What proofs of boots hold on to beside the case: see rig/proof.ts. */
function keepSources(bundles, inputs) {
  const digest = (source, matching) => sourcesDigest(projectFolder, inputs, source, matching);
  const machine = digest('test/rig/machine.ts', /^(test\/rig|pipeline\/emulator)\//);
  const perBundle = Object.fromEntries([...bundles].map(([bundle, source]) => [bundle, digest(source, /^test\//)]));
  writeFileSync(path.join(runFolder, 'sources.json'), JSON.stringify({ machine, bundles: perBundle }));
}

function record({ name, trouble }) {
  if (trouble === undefined) {
    counts.passed++;
    process.stdout.write(`✔ ${name}\n`);
    return;
  }
  counts.failed++;
  failures.push({ name, trouble });
  process.stdout.write(`✖ ${name}\n${indent(trouble)}\n`);
}

/** What the machines came to; a run of test:release keeps it in a file beside the cases. */
function showBoots() {
  const rows = bootRows(path.join(projectFolder, '.cache/test/boots'), startedAt);
  if (rows.length === 0) return;
  title('boots');
  process.stdout.write(bootTable(rows));
  if (values.release) keepRows(path.join(projectFolder, 'test/boot/results.json'), rows);
}

function finish() {
  showBoots();
  if (fileTimes.length > 1) {
    title('where the time went: the stages, and the files that took longest');
    process.stdout.write(timesTable(stageTimes, fileTimes));
  }
  if (counts.startedOnceMore > MAY_START_ONCE_MORE) {
    record({ name: `at most ${MAY_START_ONCE_MORE} machines are started once more`, trouble: `${counts.startedOnceMore} were` });
  }
  if (failures.length > 0) {
    title('what failed');
    for (const { name, trouble } of failures) process.stdout.write(`✖ ${name}\n${indent(trouble.split('\n').slice(0, 12).join('\n'))}\n`);
  }
  if (counts.passed + counts.failed === 0) {
    counts.failed++;
    process.stdout.write('\n✖ not one test ran\n');
  }
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  const reasons = [...skips].map(([reason, times]) => `skipped ${times}: ${reason}\n`);
  const proven = counts.proven > 0 ? `, ${counts.proven} proven before` : '';
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  const onceMore = counts.startedOnceMore > 0 ? `machines started once more, because QEMU had crashed: ${counts.startedOnceMore}\n` : '';
  process.stdout.write(`\n${minutes} minutes\n${reasons.join('')}${onceMore}${counts.passed} passed, ${counts.failed} failed${proven}${skipped}\n`);
  process.exitCode = stop.signal.aborted ? 130 : counts.failed === 0 ? 0 : 1;
}

function command(words, program = process.execPath) {
  return new Promise((resolve) => {
    const child = spawn(program, words, { cwd: projectFolder, stdio: ['ignore', 'inherit', 'inherit'] });
    stop.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    child.once('error', () => resolve(127));
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}

function readWords() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return misused(error.message.split('\n')[0].replace(/([^.])$/, '$1.'));
  }
}

/** Options that npm kept for itself, because no dashes stood before them: without them the whole suite would run. */
async function refuseKeptOptions() {
  const readOptions = async () => Object.fromEntries(Object.entries(OPTIONS).map(([name, { type }]) => [name, type]));
  const meant = await meantCommand({
    script: process.env['npm_lifecycle_event'] === 'test:release' ? 'test:release' : 'test',
    argv: process.argv.slice(2).filter((word) => word !== '--release'),
    readOptions,
    env: process.env,
    projectFolder,
  });
  if (meant) misused(`npm kept ${meant.names.join(', ')} for itself: options of ours stand behind two dashes. Type: ${meant.command}`);
}

function pattern(text, option) {
  try {
    return new RegExp(text);
  } catch {
    return misused(`${option} takes a regular expression, and ${JSON.stringify(text)} is none.`);
  }
}

/** Ends the run with 2, the exit code of a wrong command line. JSON's quotes keep control characters from the terminal. */
function misused(sentence) {
  process.stderr.write(`${sentence.replace(/\p{Cc}/gu, '\uFFFD')}\nSee npm test -- --help.\n`);
  process.exit(2);
}

function title(text) {
  process.stdout.write(`\n── ${text}\n`);
}

function indent(text) {
  return text.replace(/^/gm, '    ');
}
