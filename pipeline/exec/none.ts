import path from 'node:path';
import type { Executor, RunRequest } from '../core/ports.ts';
import { diskFailure } from '../host/disk-failure.ts';
import { libraryDirectories, toolProgram } from '../host/tool-program.ts';
import { toolEnvironment } from './environment.ts';
import { copyInputs } from './input-copies.ts';
import { pathsOf } from './input-paths.ts';
import { limitWords } from './limits.ts';
import { demandSuccess } from './outcome.ts';
import { runProcess } from './process.ts';
import { resolvedCommand } from './resolved-command.ts';
import type { ToolRoots } from './roots.ts';
import { inFolderOf, withWorkFolder } from './work-folder.ts';

/** A path of the sandbox at the start of a word or behind `=`, `:` or `,`. */
const SANDBOX_PATH = /(^|[=:,])\/(in|out|work)(?=\/|$)/g;

/**
 * The last resort: the tool through its image's loader, nothing isolated. `/in/<name>`, `/out` and `/work` in the arguments and the
 * environment are replaced by the real paths; inputs are copies, so that a tool sees what a sandbox would show it. What it made never
 * enters a release.
 */
export class NoneExecutor implements Executor {
  readonly name = 'none';
  readonly isolated = false;
  readonly #roots: ToolRoots;

  constructor(options: { readonly roots: ToolRoots }) {
    this.#roots = options.roots;
  }

  async run(request: RunRequest): Promise<void> {
    if (request.type !== 'tool') throw new Error('only tools run here');
    const root = await this.#roots.rootOf(request.image);
    await withWorkFolder(request, async (work) => {
      const inFolder = inFolderOf(work);
      await copyInputs(inFolder, pathsOf(request.inputs)).catch((error: unknown) => {
        throw diskFailure(error, inFolder);
      });
      const folders: { readonly [name: string]: string } = { in: inFolder, out: request.outFolder, work };
      const real = (word: string): string =>
        word.replace(SANDBOX_PATH, (_, before: string, name: string) => `${before}${folders[name]}`);
      const [prlimit, ...bounds] = limitWords(request.limits);
      for (const command of request.commands) {
        const resolved = await resolvedCommand(command, request, work);
        const [program, ...rest] = resolved.argv;
        const env = Object.entries(toolEnvironment(resolved.env, request.epoch));
        const result = await runProcess({
          argv: [
            ...toolProgram(root, prlimit),
            ...bounds,
            ...toolProgram(root, program, { calledAs: program }),
            ...rest.map(real),
          ],
          env: { ...Object.fromEntries(env.map(([name, value]) => [name, real(value)])), ...filesOfImage(root) },
          cwd: work,
          stdin: resolved.stdin,
          stdout: resolved.stdout,
          seconds: request.limits.seconds,
          signal: request.signal,
        });
        demandSuccess(result, { title: request.title, command: resolved, seconds: request.limits.seconds });
      }
    });
  }
}

/** Where libraries look for what they load while they run: in the image, as in a sandbox, and not on the host. */
function filesOfImage(root: string): { readonly [name: string]: string } {
  return {
    PATH: ['usr/sbin', 'usr/bin'].map((folder) => path.join(root, folder)).join(':'),
    GCONV_PATH: libraryDirectories(root)
      .map((folder) => path.join(folder, 'gconv'))
      .join(':'),
    LOCPATH: path.join(root, 'usr/lib/locale'),
    TZDIR: path.join(root, 'usr/share/zoneinfo'),
  };
}
