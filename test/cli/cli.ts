import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, copyFile, cp, link, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { settingsFrom } from '../../pipeline/cli/settings.ts';
import { storeFolder } from '../../pipeline/cli/wire.ts';
import type { BuildEvent } from '../../pipeline/core/event.ts';
import { temporaryDirectory as ownFolder, removeTemporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { projectFolder } from '../rig/project.ts';

/** How a run of the command line ended. */
export interface CliResult {
  /** Exit code, or the name of the signal that ended it. */
  readonly end: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Top folder of the project whose launcher is started. */
  readonly project?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Words before `node`, such as `setpriv …`. */
  readonly through?: readonly string[];
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
  /** Resolves when what it printed so far on standard output matches. */
  until(pattern: RegExp): Promise<void>;
}

/** Starts the command line as a user's shell would: a process of its own, no terminal. */
export function startCli(argv: readonly string[], options: CliOptions = {}): RunningCli {
  const launcher = path.join(options.project ?? projectFolder, 'pipeline/cli/launch.mjs');
  const [program = '', ...words] = [...(options.through ?? []), process.execPath, launcher, ...argv];
  const env: NodeJS.ProcessEnv = { ...process.env, ...options.env };
  delete env['NODE_TEST_CONTEXT'];
  const child = spawn(program, words, { cwd: options.cwd ?? options.project ?? projectFolder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const result = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ end: code ?? signal ?? -1, stdout, stderr }));
  });
  const until = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => pattern.test(stdout) && resolve();
      listeners.add(look);
      look();
      child.once('close', () => reject(new Error(`it ended before it said ${pattern}:\n${stdout}${stderr}`)));
    });
  return { child, result, until };
}

export function cli(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(argv, options).result;
}

/** A temporary folder that goes with the test. Every user may look into it. */
export async function temporaryFolder(t: Pick<TestContext, 'after'>, below = tmpdir()): Promise<string> {
  const folder = await ownFolder('cli', below);
  execFileSync('chmod', ['755', folder]);
  t.after(() => removeTemporaryDirectory(folder));
  return folder;
}

/** Events of a run with `--json`. */
export function eventsOf(stdout: string): readonly BuildEvent[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as BuildEvent);
}

/** Titles of the steps that really ran. */
export function stepsRun(events: readonly BuildEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === 'step-end' && !event.cached ? [event.title] : []));
}

type StepEnd = Extract<BuildEvent, { type: 'step-end' }>;

/** A store that holds one whole build and nothing else, the release it gives, and what a test may take out of it. */
export interface BuiltStore {
  readonly cache: string;
  /** A `dist/os` with the release. */
  readonly dist: string;
  readonly steps: readonly StepEnd[];
  blobFile(digest: string): string;
  /** Where the store keeps what is not finished. */
  readonly temporary: string;
  recordFile(title: string): string;
  /** Makes a step run again. */
  forget(title: string): Promise<void>;
}

/** The folder of the user's own store. */
export function userCache(): string {
  return settingsFrom({}, { env: process.env, stdout: process.stdout, projectFolder, callerFolder: projectFolder }).cacheFolder;
}

function storeLayout(): string {
  return path.basename(storeFolder(settingsFrom({}, { env: process.env, stdout: process.stdout, projectFolder, callerFolder: projectFolder })));
}

/** Where a store has the record of a key, or the bytes of a digest. */
function below(kind: 'actions' | 'blobs/sha256', digest: string): string {
  return path.join(kind, digest.slice(7, 9), digest.slice(7));
}

/** Makes a store that has what some steps of a build in the user's store gave: hard links where the file system allows. */
export async function linkResults(steps: readonly StepEnd[], cache: string): Promise<void> {
  const [from, to] = [path.join(userCache(), storeLayout()), path.join(cache, storeLayout())];
  const names = new Set<string>();
  for (const step of steps) {
    names.add(below('actions', step.key));
    for (const { digest } of Object.values(step.outputs)) names.add(below('blobs/sha256', digest));
  }
  for (const name of names) {
    await mkdir(path.dirname(path.join(to, name)), { recursive: true });
    await link(path.join(from, name), path.join(to, name)).catch(() => copyFile(path.join(from, name), path.join(to, name), constants.COPYFILE_FICLONE));
  }
}

/** Makes a store of hard links (copies, where they must be a user's own) to what a build (default: of amd64) in the user's store needs. */
export async function builtStore(folder: string, options: { readonly project?: string; readonly targets?: readonly string[] } = {}): Promise<BuiltStore> {
  const dist = path.join(folder, 'dist');
  const { end, stdout, stderr } = await cli(['build', ...(options.targets ?? ['amd64']), '--json', '--dist', dist], { project: options.project ?? projectFolder });
  if (end !== 0) throw new Error(`the build for this test ended with ${end}:\n${stderr}`);
  const steps = eventsOf(stdout).filter((event) => event.type === 'step-end');
  const cache = path.join(folder, 'cache');
  const to = path.join(cache, storeLayout());
  await linkResults(steps, cache);
  const recordFile = (title: string): string => {
    const step = steps.find((each) => each.title === title);
    if (!step) throw new Error(`no step "${title}": ${steps.map((each) => each.title).join(', ')}`);
    return path.join(to, below('actions', step.key));
  };
  return {
    cache,
    dist,
    steps,
    temporary: path.join(to, 'blobs/tmp'),
    recordFile,
    blobFile: (digest) => path.join(to, below('blobs/sha256', digest)),
    forget: (title) => rm(recordFile(title), { force: true }),
  };
}

const PROJECT_FILES = ['kernel-configs', 'overlays', 'package.json', 'package-lock.json', 'pipeline', 'targets', 'tsconfig.json'];

/** A copy of the project that a test may break; the libraries are shared. */
export async function projectCopy(folder: string, options: { readonly names?: readonly string[] } = {}): Promise<string> {
  const copy = path.join(folder, 'project');
  await mkdir(copy, { recursive: true });
  for (const name of options.names ?? PROJECT_FILES) await cp(path.join(projectFolder, name), path.join(copy, name), { recursive: true, verbatimSymlinks: true });
  await symlink(path.join(projectFolder, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

/** Words that start a program as a user without any rights; undefined where that cannot be done. */
export function asNobody(): readonly string[] | undefined {
  if (process.getuid?.() !== 0) return [];
  const words = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  try {
    const [program = '', ...rest] = [...words, process.execPath, '-e', `require('node:fs').accessSync(${JSON.stringify(path.join(projectFolder, 'node_modules/esbuild/package.json'))})`];
    execFileSync(program, rest, { stdio: 'ignore', cwd: '/' });
    return words;
  } catch {
    return undefined;
  }
}

/**
 * Makes folders and their content nobody's. A stored file that is a link to the user's own stays as it is: everybody may read it, and
 * the folder that it lies in decides who may put another one in its place.
 */
export function giveToNobody(folders: readonly string[]): void {
  for (const folder of folders) execFileSync('find', [folder, '(', '-type', 'd', '-o', '-links', '1', ')', '-exec', 'chown', '-h', '65534:65534', '{}', '+']);
}

/** Every file below a folder, by path, sorted. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
