import * as os from 'os';
import * as std from 'std';
import { type Command, Failure, type Result, type System } from './system.ts';

interface Running {
  readonly pid: number;
  readonly stdout: number;
}

function pipe(): [number, number] {
  const ends = os.pipe();
  if (ends === null) throw new Failure('no file descriptors left');
  return ends;
}

function start({ argv, stdin = '', withErrors = false, environment }: Command): Running {
  const [input, feed] = pipe();
  const [result, output] = pipe();
  const pid = os.exec(argv, {
    block: false,
    stdin: input,
    stdout: output,
    ...(withErrors ? { stderr: output } : {}),
    ...(environment === undefined ? {} : { env: { ...std.getenviron(), ...environment } }),
  });
  os.close(input);
  os.close(output);
  const writer = std.fdopen(feed, 'w');
  writer?.puts(stdin);
  writer?.close();
  return { pid, stdout: result };
}

function finish(running: Running): Result {
  const reader = std.fdopen(running.stdout, 'r');
  const stdout = reader?.readAsString() ?? '';
  reader?.close();
  const [, status] = os.waitpid(running.pid, 0);
  const signal = status & 0x7f;
  return { status: signal === 0 ? (status >> 8) & 0xff : 128 + signal, stdout };
}

/** std.loadFile believes the size that a file tells, and those of /proc and /sys tell another one. */
function readText(path: string, most?: number): string | undefined {
  const file = std.open(path, 'r');
  if (file === null) return undefined;
  const text = file.readAsString(most);
  // A folder can be opened, but not read.
  const isRead = !file.error();
  file.close();
  return isRead ? text : undefined;
}

function write(path: string, flags: 'a' | 'w', text: string): void {
  const file = std.open(path, flags);
  if (file === null) throw new Failure(`${path} cannot be written; are you root?`);
  file.puts(text);
  file.close();
}

const [program = 'ros', ...args] = scriptArgs;

export const quickjs: System = {
  program,
  args,
  readText,
  writeText: (path, text) => write(path, 'w', text),
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
  appendText: (path, text) => write(path, 'a', text),
  readInput: () => std.in.readAsString(),
  environment: (name) => std.getenv(name),
  // Output is read one after the other: whoever fills a pipe meanwhile waits, and nobody is waited for in vain.
  runAll: (commands) => commands.map(start).map(finish),
  sleep: (milliseconds) => os.sleep(milliseconds),
  now: () => os.now(),
  print: (text) => std.out.puts(`${text}\n`),
  complain: (text) => std.err.puts(`ros: ${text}\n`),
};
