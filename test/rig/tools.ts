import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settingsFrom } from '../../pipeline/cli/settings.ts';
import { type Wiring, wire } from '../../pipeline/cli/wire.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { copySparse } from './copy-sparse.ts';
import { projectFolder } from './project.ts';

const roots = new Map<string, Promise<string>>();

/** Root folder of a tool image, made by the pipeline (or taken from its cache). RANCHEROS_<SET>_ROOT names an unpacked tree instead. */
export function toolRoot(set: string): Promise<string> {
  const given = process.env[`RANCHEROS_${set.toUpperCase().replace('-', '_')}_ROOT`];
  if (given) return Promise.resolve(given);
  const known = roots.get(set);
  if (known) return known;
  const root = makeToolRoot(set);
  roots.set(set, root);
  return root;
}

async function makeToolRoot(set: string): Promise<string> {
  const wiring = await wired();
  try {
    return await wiring.toolRoot(set);
  } finally {
    await wiring.close();
  }
}

/** The ports of a command, on the user's store; whoever takes them closes them. */
export function wired(): Promise<Wiring> {
  const command = {
    argv: [],
    env: process.env,
    projectFolder,
    callerFolder: projectFolder,
    bundleFolder: bundleFolder(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    signal: new AbortController().signal,
    conclude: () => undefined,
    allCommands: async () => [],
  };
  const settings = settingsFrom({}, command);
  return wire({ command, settings, version: `v0.0.0-test`, report: () => undefined, failFast: true });
}

/** What launch.mjs bundled last. */
function bundleFolder(): string {
  const cache = join(projectFolder, '.cache/bundle');
  const state = join(cache, 'state.json');
  if (!existsSync(state)) throw new Error('the command line was never bundled: run `npm run build -- --target amd64` first');
  const { folder } = JSON.parse(readFileSync(state, 'utf8')) as { readonly folder: string };
  return join(cache, folder);
}

export interface OracleResult {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface OracleOptions {
  /** Bytes for the tool's standard input. */
  readonly stdin?: Uint8Array;
  /** Files in the tool's working folder, by name: bytes, or the absolute path of a file to copy. */
  readonly files?: { readonly [name: string]: Uint8Array | string };
  /** Package set whose image holds the tool. */
  readonly set?: string;
}

/**
 * Runs a tool that did not write the bytes under test, in a folder of its own. The program is named as it lies in the image's
 * `usr/bin` or `usr/sbin`; it runs through the image's own loader, so no namespace is needed.
 */
export async function oracle(argv: readonly [string, ...string[]], options: OracleOptions = {}): Promise<OracleResult> {
  const below = await toolRoot('tools');
  const root = options.set === undefined ? below : await toolRoot(options.set);
  const folder = await temporaryDirectory('oracle');
  try {
    for (const [name, content] of Object.entries(options.files ?? {})) {
      if (typeof content === 'string') copySparse(content, join(folder, name));
      else await writeFile(join(folder, name), content);
    }
    const [program, ...words] = argv;
    const started = toolProgram(root, program, { below });
    return await runTool([...started, ...words], { folder, stdin: options.stdin });
  } finally {
    await removeTemporaryDirectory(folder);
  }
}

/** The tool's standard output; a failing tool fails the test with its own words. */
export async function oracleOutput(argv: readonly [string, ...string[]], options: OracleOptions = {}): Promise<string> {
  const { stdout, stderr, exitCode } = await oracle(argv, options);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}:\n${stderr}${stdout.toString('utf8')}`);
  return stdout.toString('utf8');
}

function runTool(argv: readonly string[], options: { readonly folder: string; readonly stdin: Uint8Array | undefined }): Promise<OracleResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0] ?? '', argv.slice(1), { cwd: options.folder, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC', HOME: options.folder } });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => {
      stderr += bytes.toString('utf8');
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin);
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ stdout: Buffer.concat(stdout), stderr, exitCode: code ?? (signal ? 137 : 1) }));
  });
}
