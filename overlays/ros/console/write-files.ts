import type { WriteFile } from '../config/schema.ts';
import { SYSTEM_DOCKER } from '../docker/engine.ts';
import { base64OfBytes } from '../runtime/base64.ts';
import type { Due } from '../runtime/claims.ts';
import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { Failure, type Result, type System } from '../runtime/system.ts';
import { AS_ROOT, isInHome, plainPath, writeInHome } from './home-files.ts';

type Encoding = NonNullable<WriteFile['encoding']>;

/** What the shell makes of its standard input. */
const UNPACK = { plain: 'cat', base64: 'base64 -d', packed: 'base64 -d | gzip -dc' } as const;

/**
 * The content as it goes to the shell, and what unpacks it there. What gzip packed stands in YAML with escapes ("\x1f\x8b"), each character
 * one byte; text for the shell is UTF-8, so it goes there in base64.
 */
function encoded(content: string, encoding: Encoding = ''): { readonly stdin: string; readonly unpack: string } {
  if (encoding === '' || encoding === 'text/plain') return { stdin: content, unpack: UNPACK.plain };
  const isBase64 = /b(ase)?64$/.test(encoding);
  const stdin = isBase64 ? content.replace(/\s+/g, '') : base64OfBytes(content);
  return { stdin, unpack: encoding.startsWith('gz') ? UNPACK.packed : UNPACK.base64 };
}

/** Without the folders above it, which are in the other container already or are made by Docker. */
const COPY = `set -o pipefail
path=$1 container=$5 socket=$7
docker() { command docker --host "unix://$socket" "$@"; }
docker inspect --type container --format . "$container" >/dev/null 2>&1 || { echo "there is no such container"; exit 1; }
folder=$(mktemp -d /tmp/write-files.XXXXXX) || exit
trap 'rm -rf "$folder"' EXIT
bash -c "$6" ros "$folder$path" "$2" "$3" "$4" || exit
tar -C "$folder" --numeric-owner -cf - "\${path#/}" | docker cp -a - "$container:/"`;

/** Service whose file system we see. */
const HERE = 'console';

/** Writes one file into the console or, through the Docker of that socket, into the container of another service. */
export function writeGivenFile(system: System, file: WriteFile, socket = SYSTEM_DOCKER.socket): void {
  const { path, content = '', encoding, permissions = '0644', owner = 'root:root', container = '' } = file;
  const { stdin, unpack } = encoded(content, encoding);
  const mode = permissions.replace(/^0?o/, '');
  const words = [plainPath(path), mode, unpack, owner];
  const isHere = isForConsole(file);
  const write = (): Result => {
    if (isHere && isInHome(path)) return writeInHome(system, { path, owner, mode, unpack, stdin });
    const argv = isHere
      ? ['bash', '-c', AS_ROOT, 'ros', ...words]
      : ['bash', '-c', COPY, 'ros', ...words, container, AS_ROOT, socket];
    return run(system, argv, { stdin, withErrors: true });
  };
  const { status, stdout } = write();
  if (status === 0) return;
  const place = isHere ? '' : ` in the container ${container}`;
  throw new Failure(`write_files: ${path}${place} is not written: ${stdout.trim().split('\n').at(-1) ?? ''}`);
}

/** Writes those that are due, those that fail excepted. Gives those that it dealt with. */
export function writeGivenFiles(system: System, files: readonly WriteFile[], due?: Due): readonly WriteFile[] {
  return files.filter((file, index) => {
    if (due?.has(index) === false) return false;
    try {
      writeGivenFile(system, file);
    } catch (error) {
      alarm(system, sentenceOf(error));
    }
    due?.settle(index);
    return true;
  });
}

/** Whether a file goes to the console itself. */
export const isForConsole = ({ container }: WriteFile): boolean =>
  container === undefined || container === '' || container === HERE;
