import path from 'node:path';

/** Where Debian's amd64 and arm64 trees keep libraries, below the root. */
const LIBRARY_FOLDERS = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'usr/lib', 'usr/lib64'];

/** argv that starts a program of an unpacked tool image through that image's own dynamic loader, so that the host's C library does not matter. `calledAs` is the name it goes by: some programs act by it (sqfstar). */
export function loaderArgv(root: string, program: string, calledAs = program): [string, ...string[]] {
  return [
    path.join(root, 'usr/lib64/ld-linux-x86-64.so.2'),
    // The host's cache names libraries of another C library.
    '--inhibit-cache',
    '--library-path',
    libraryFolders(root).join(':'),
    '--argv0',
    calledAs,
    path.join(root, program),
  ];
}

/** Folders of a root that hold libraries. */
export function libraryFolders(root: string): readonly string[] {
  return LIBRARY_FOLDERS.map((folder) => path.join(root, folder));
}
