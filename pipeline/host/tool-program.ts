import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { BuildError } from '../core/failure.ts';
import * as messages from './messages.ts';

/** Where Debian's amd64 and arm64 trees keep libraries, below the root. */
const LIBRARY_DIRECTORIES = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'usr/lib', 'usr/lib64'];
const LOADERS = ['usr/lib64/ld-linux-x86-64.so.2', 'lib64/ld-linux-x86-64.so.2'];
/** In the order of the PATH of a sandbox. */
const PROGRAM_DIRECTORIES = ['usr/sbin', 'usr/bin', 'sbin', 'bin'];
const MOST_LINKS = 8;

/**
 * argv that starts a program of an unpacked tool image without a sandbox, through that image's own dynamic loader and with its own
 * libraries, so that the host's C library does not matter. `program` is a name, or an absolute path within the image. Throws
 * `no-executor` where the image lacks it.
 */
export function toolProgram(
  root: string,
  program: string,
  options: {
    /** The image that this one was made above: it holds the loader and the libraries that both need. */
    readonly below?: string | undefined;
    /** What the program finds as its own name: some programs act by it (sqfstar). Its path on the host when left out, that of a link rather than of what it leads to. */
    readonly calledAs?: string;
  } = {},
): readonly [string, ...string[]] {
  const roots = options.below === undefined ? [root] : [root, options.below];
  const loader = roots.flatMap((each) => LOADERS.map((file) => path.join(each, file))).find((file) => existsSync(file));
  if (loader === undefined) throw new BuildError(messages.noDynamicLoader(root));
  const found = foundProgram(root, program);
  return [
    loader,
    // The host's cache names libraries of another C library.
    '--inhibit-cache',
    '--library-path',
    roots.flatMap(libraryDirectories).join(':'),
    '--argv0',
    options.calledAs ?? path.join(root, found),
    path.join(root, programFile(root, found)),
  ];
}

/** Directories of a root that hold libraries. */
export function libraryDirectories(root: string): readonly string[] {
  return LIBRARY_DIRECTORIES.map((directory) => path.join(root, directory));
}

/** Path of a program within the image, links not followed. */
function foundProgram(root: string, program: string): string {
  const candidates = program.startsWith('/')
    ? [program]
    : PROGRAM_DIRECTORIES.map((directory) => `/${directory}/${program}`);
  const found = candidates.find((file) => lstatSync(path.join(root, file), { throwIfNoEntry: false }) !== undefined);
  if (found === undefined) throw new BuildError(messages.noProgram(root, program));
  return found;
}

/** The file behind it, links followed inside the root: an absolute link means the image, not the host. */
function programFile(root: string, program: string): string {
  let place = program;
  for (let links = 0; links < MOST_LINKS; links++) {
    if (!lstatSync(path.join(root, place), { throwIfNoEntry: false })?.isSymbolicLink()) return place;
    place = path.resolve(path.dirname(place), readlinkSync(path.join(root, place)));
  }
  throw new BuildError(messages.programIsLoop(root, path.basename(program)));
}
