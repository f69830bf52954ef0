import { existsSync } from 'node:fs';
import path from 'node:path';
import { overlayDirectory } from '../config/service-definitions.ts';
import { loadProduct, type Product } from '../product/product.ts';
import { PRODUCT_FILE } from '../product/product-file.ts';
import type { CommandContext, OptionTable } from './command.ts';
import { packageVersion } from './package-version.ts';

/** The option of all commands that a project changes. */
export const PROJECT_OPTION = {
  project: {
    type: 'string',
    value: 'DIR',
    help: 'a project of your own: the directory of its rancheros.yaml (default: the current one, where it has one)',
  },
} as const satisfies OptionTable;

interface ProjectValues {
  readonly project?: string | undefined;
}

type Caller = Pick<CommandContext, 'callerFolder' | 'projectFolder'>;

/** The directory of the project that is meant, and how the person names it; undefined where the release itself is. */
function projectDirectory(
  { project }: ProjectValues,
  { callerFolder }: Pick<Caller, 'callerFolder'>,
): { readonly folder: string; readonly shownAs: string } | undefined {
  if (project !== undefined) return { folder: path.resolve(callerFolder, project), shownAs: project };
  return existsSync(path.join(callerFolder, PRODUCT_FILE)) ? { folder: callerFolder, shownAs: '' } : undefined;
}

/** The project that a command line means, read and checked; undefined where there is none. */
export async function productOf(
  values: ProjectValues,
  context: Caller,
  { isStrict = false }: { readonly isStrict?: boolean } = {},
): Promise<Product | undefined> {
  const directory = projectDirectory(values, context);
  if (!directory) return undefined;
  const system = overlayDirectory(context.projectFolder, 'system');
  return loadProduct(directory.folder, directory.shownAs, { isStrict, system });
}

/** The version that a build has by itself. */
export async function ownVersion(product: Product | undefined, { projectFolder }: Caller): Promise<string> {
  return `v${product?.file.data.version ?? (await packageVersion(projectFolder))}-dev`;
}

/** The directory of the releases: what was named, or the project's own. */
export function releasesIn(values: ProjectValues & { readonly dist?: string | undefined }, caller: Caller): string {
  if (values.dist !== undefined) return path.resolve(caller.callerFolder, values.dist);
  return path.join(projectDirectory(values, caller)?.folder ?? caller.projectFolder, 'dist/os');
}
