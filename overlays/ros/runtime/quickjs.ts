import * as os from 'os';
import * as std from 'std';
import { EPIPE, O_NONBLOCK, pushAll } from './descriptors.ts';
import { runAll, withLock } from './processes.ts';
import { Failure, type System } from './system.ts';
import { utf8Bytes } from './utf8.ts';
import { withoutPasswords } from './without-passwords.ts';

/** Paths at which special files are expected: the standard input, files of the kernel. */
const SPECIAL = /^\/(dev|proc|sys)\//;

/**
 * std.loadFile trusts the reported size of a file, which is wrong for /proc and /sys. A pipe or a device at the path could block without end and is
 * not read.
 */
function readText(path: string, most?: number): string | undefined {
  const [found] = os.stat(path);
  const isSpecial = SPECIAL.test(path);
  if (found !== null && (found.mode & os.S_IFMT) !== os.S_IFREG && !isSpecial) return undefined;
  // Somebody may put a pipe there just now.
  const descriptor = os.open(path, os.O_RDONLY | (isSpecial ? 0 : O_NONBLOCK));
  const file = descriptor < 0 ? null : std.fdopen(descriptor, 'r');
  if (file === null) return undefined;
  const text = file.readAsString(most);
  // A folder can be opened, but not read.
  const isRead = !file.error();
  file.close();
  return isRead ? text : undefined;
}

function readAt(path: string, offset: number, length: number): Uint8Array | undefined {
  const file = std.open(path, 'r');
  if (file === null) return undefined;
  const bytes = new Uint8Array(length);
  const isThere = file.seek(offset, std.SEEK_SET) === 0 && file.read(bytes.buffer, 0, length) === length;
  file.close();
  return isThere ? bytes : undefined;
}

function write(path: string, flags: number, text: string): void {
  const file = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o666);
  const error = file < 0 ? -file : pushAll(file, utf8Bytes(text));
  // A network file system reports a full disk at close.
  const late = file < 0 ? 0 : -os.close(file);
  if (error !== undefined || late > 0) throw new Failure(`${path} cannot be written: ${reason(error ?? late)}`);
}

/** The system's text for an error number, with advice where the remedy is clear. */
function reason(error: number): string {
  const text = std.strerror(error).toLowerCase();
  return error === EACCES || error === EPERM ? `${text}; are you root?` : text;
}

const EPERM = 1;
const EACCES = 13;

/** The reader of our output has closed it, as `head` does: that is not an error and no reason to stop in the middle of the work. */
let isOutputGone = false;

function print(text: string): void {
  if (isOutputGone) return;
  const error = pushAll(1, utf8Bytes(`${text}\n`));
  if (error === EPIPE) isOutputGone = true;
  else if (error !== undefined) throw new Failure(`the standard output cannot be written: ${reason(error)}`);
}

const [program = 'ros', ...args] = scriptArgs;

export const quickjs: System = {
  program,
  args,
  readText,
  readAt,
  modified(path) {
    const [found] = os.stat(path);
    // QuickJS counts milliseconds.
    return found === null ? undefined : Math.floor(found.mtime / 1000);
  },
  writeText: (path, text) => write(path, os.O_TRUNC, text),
  files(folder) {
    const isFile = (name: string): boolean => {
      const [found] = os.stat(`${folder}/${name}`);
      return found !== null && (found.mode & os.S_IFMT) !== os.S_IFDIR;
    };
    return os.readdir(folder)[0].filter(isFile);
  },
  rename(from, to) {
    if (os.rename(from, to) !== 0) throw new Failure(`${from} cannot be renamed; are you root?`);
  },
  appendText: (path, text) => write(path, os.O_APPEND, text),
  readInput: (most) => std.in.readAsString(most),
  environment: (name) => std.getenv(name),
  runAll,
  withLock,
  sleep: (milliseconds) => os.sleep(milliseconds),
  now: () => os.now(),
  print,
  // Without a standard error no report is possible.
  complain: (text) => void pushAll(2, utf8Bytes(`ros: ${withoutPasswords(text)}\n`)),
};
