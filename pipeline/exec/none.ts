import path from 'node:path';
import type { Executor, RunRequest } from '../core/ports.ts';
import { toolEnvironment } from './environment.ts';
import { loaderArgv } from './loader.ts';
import { demandSuccess } from './outcome.ts';
import { runProcess } from './process.ts';
import { resolvedCommand } from './resolved-command.ts';
import type { ToolRoots } from './roots.ts';
import { inFolderOf, withWorkFolder } from './work-folder.ts';

/** A path of the sandbox at the start of a word or behind `=`, `:` or `,`. */
const SANDBOX_PATH = /(^|[=:,])\/(in|out|work)(?=\/|$)/g;

/**
 * The last resort: the tool through its image's loader, nothing isolated. `/in/<name>`, `/out` and `/work` in the arguments are
 * replaced by the real paths. What it made never enters a release.
 */
export class NoneExecutor implements Executor {
  readonly name = 'none';
  readonly #roots: ToolRoots;

  constructor(options: { readonly roots: ToolRoots }) {
    this.#roots = options.roots;
  }

  async run(request: RunRequest): Promise<void> {
    if (request.type !== 'tool') throw new Error('only tools run here');
    const root = await this.#roots.rootOf(request.image);
    await withWorkFolder(request.outFolder, async (work) => {
      // A folder of links stands for `/in`.
      const inFolder = await this.#roots.linkFolder(inFolderOf(work), request.inputs);
      for (const command of request.commands) {
        const resolved = await resolvedCommand(command, request, work);
        const [program, ...rest] = resolved.argv;
        const argv = rest.map((word) =>
          word.replace(
            SANDBOX_PATH,
            (_, before: string, name: string) => before + { in: inFolder, out: request.outFolder, work }[name],
          ),
        );
        const result = await runProcess({
          argv: [...loaderArgv(root, await this.#roots.programOf(root, program), program), ...argv],
          env: { ...toolEnvironment(resolved.env, request.epoch), PATH: path.join(root, 'usr/bin'), HOME: work },
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
