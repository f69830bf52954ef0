import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Message, Plugin } from 'esbuild';
import { BuildError, type Failure } from '../core/failure.ts';
import { quoted } from '../core/quoted.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../host/temporary-directory.ts';
import type { Product } from '../product/product.ts';
import type { DeclaredTarget } from './all-targets.ts';
import type { CommandContext } from './command.ts';
import * as messages from './release-messages.ts';

/** What a target file imports: the front door of the pipeline, by the `exports` of package.json. */
const FRONT_DOOR = 'rancheros-pipeline';

/**
 * The targets of a project, `targets/*.ts`. Each file is bundled and read by itself: one with a mistake becomes a target of the file's name that
 * says it when it is built, and all others are as they are.
 */
export async function ownTargets(
  product: Product | undefined,
  { bundleFolder, projectFolder }: Pick<CommandContext, 'bundleFolder' | 'projectFolder'>,
): Promise<readonly DeclaredTarget[]> {
  if (!product) return [];
  const entries = await readdir(path.join(product.folder, 'targets')).catch(() => []);
  const names = entries.filter((name) => /^[^.].*\.ts$/.test(name) && !name.endsWith('.d.ts')).sort();
  if (names.length === 0) return [];
  const scratch = await temporaryDirectory('targets');
  try {
    return await Promise.all(
      names.map(async (name): Promise<DeclaredTarget> => {
        const file = path.join(product.shownAs, 'targets', name);
        try {
          return {
            ...(await readTarget({ name, file, scratch, bundleFolder, projectFolder, folder: product.folder })),
            file,
          };
        } catch (error) {
          if (!(error instanceof BuildError)) throw error;
          return standIn(path.basename(name, '.ts'), file, error);
        }
      }),
    );
  } finally {
    await removeTemporaryDirectory(scratch);
  }
}

function standIn(name: string, file: string, error: BuildError): DeclaredTarget {
  return {
    name,
    file,
    summary: `cannot be read: ${error.failures[0].message}`,
    arch: 'amd64',
    files: {},
    make: () => {
      throw error;
    },
  };
}

interface TargetPlace {
  readonly name: string;
  /** How places name it. */
  readonly file: string;
  readonly scratch: string;
  readonly bundleFolder: string;
  readonly projectFolder: string;
  readonly folder: string;
}

async function readTarget(place: TargetPlace): Promise<Omit<DeclaredTarget, 'file'>> {
  const bundle = await bundleTarget(place);
  const loaded = await import(pathToFileURL(bundle).href).catch((error: unknown) => {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const { name, file } = place;
    throw new BuildError(messages.targetBroke({ name: path.basename(name, '.ts'), file }, stack), { cause: error });
  });
  const target = (loaded as { readonly default?: unknown }).default;
  if (!isTarget(target)) throw new BuildError(messages.noTargetIn(place.file));
  return target;
}

async function bundleTarget({
  name,
  file,
  scratch,
  bundleFolder,
  projectFolder,
  folder,
}: TargetPlace): Promise<string> {
  // By its place, so that it does not become part of our own bundle, whose directory may be anywhere.
  const { build } = createRequire(path.join(projectFolder, 'package.json'))('esbuild') as typeof import('esbuild');
  const outfile = path.join(scratch, `${name}.mjs`);
  const result = await build({
    absWorkingDir: folder,
    entryPoints: [path.join('targets', name)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'silent',
    plugins: [frontDoorOnly(path.join(bundleFolder, 'index.mjs'))],
  }).catch((error: unknown) => error);
  const errors = mistakesOf(result);
  const [first, ...rest] = errors.map((error) => mistake(error, file));
  if (first) throw new BuildError([first, ...rest]);
  if (result instanceof Error) throw result;
  return outfile;
}

function mistakesOf(result: unknown): readonly Message[] {
  return result instanceof Error && 'errors' in result ? (result.errors as readonly Message[]) : [];
}

function mistake({ text, location }: Message, file: string): Failure {
  if (!location) return messages.targetNotRead({ file }, text);
  // From the project's directory, as is the target itself.
  const shown = path.join(path.dirname(file), '..', location.file);
  return messages.targetNotRead({ file: shown, line: location.line, column: location.column + 1 }, text);
}

/** Lets a target import the pipeline's front door, and files beside it. The door is the very one that this program uses. */
function frontDoorOnly(door: string): Plugin {
  return {
    name: 'front-door-only',
    setup(context) {
      context.onResolve({ filter: /^[^./]/ }, ({ path: wanted, kind }) => {
        if (kind === 'entry-point') return undefined;
        if (wanted === FRONT_DOOR) return { path: pathToFileURL(door).href, external: true };
        return {
          errors: [
            {
              text: `it imports ${quoted(wanted)}, and a target imports only ${quoted(FRONT_DOOR)} and files of its project`,
            },
          ],
        };
      });
    },
  };
}

function isTarget(value: unknown): value is Omit<DeclaredTarget, 'file'> {
  if (typeof value !== 'object' || value === null) return false;
  const { name, summary, files, make } = value as Partial<DeclaredTarget>;
  const isNamed = typeof name === 'string' && /^[a-z0-9][a-z0-9._-]*$/.test(name) && typeof summary === 'string';
  return isNamed && typeof files === 'object' && files !== null && typeof make === 'function';
}
