import * as os from 'os';
import * as std from 'std';
import { EPIPE, type Feed, pull, push, pushAll, withoutWaiting } from './descriptors.ts';
import { type Command, Failure, type Lock, type Result } from './system.ts';
import { utf8Bytes, utf8Text } from './utf8.ts';

// Runs children on QuickJS: their input is written while their output is read, so that neither side blocks the other.

/** Nothing that this program asks for is larger; more would take the memory of a small machine. */
const MOST_OUTPUT = 16 * 2 ** 20;

const SIGKILL = 9;

interface Child {
  readonly program: string;
  readonly pid: number;
  readonly output: number;
  /** Input that it has not read yet. */
  feed?: Feed | undefined;
  /** Output that it wrote while its input was written. */
  readonly chunks: Uint8Array[];
  /** As waitpid gives it, once it has ended. */
  status?: number;
}

// A child that does not read all of its input is no reason to end. A handler, and not “ignore”: children would inherit that.
os.signal(os.SIGPIPE, () => undefined);

/** Runs the commands at the same time and waits for all of them. */
export function runAll(commands: readonly Command[]): Result[] {
  const children = commands.map(start);
  feedAll(children);
  // Outputs are read in order: a child that fills its pipe waits, and every child ends.
  const finished = children.map(finish);
  const tooLong = finished.find(({ isCut }) => isCut);
  if (tooLong !== undefined)
    throw new Failure(
      `${tooLong.program} printed more than ${MOST_OUTPUT / 2 ** 20} MiB; it was ended, and its output is not used`,
    );
  return finished.map(({ status, stdout }) => ({ status, stdout }));
}

function start({ argv, stdin = '', withErrors = false, environment }: Command): Child {
  const [input, feed] = pipe();
  const [output, result] = pipe();
  // Before the child can end: a pipe without a reader cannot be opened.
  const free = stdin === '' ? undefined : withoutWaiting(feed, os.O_WRONLY);
  const pid = os.exec(argv, {
    block: false,
    stdin: input,
    stdout: result,
    ...(withErrors ? { stderr: result } : {}),
    ...(environment === undefined ? {} : { env: { ...std.getenviron(), ...environment } }),
  });
  os.close(input);
  os.close(result);
  const child: Child = { program: argv[0] ?? '', pid, output, chunks: [] };
  if (free !== undefined) child.feed = { descriptor: free, bytes: utf8Bytes(stdin), at: 0 };
  else if (stdin !== '') pushAll(feed, utf8Bytes(stdin));
  os.close(feed);
  return child;
}

function pipe(): [number, number] {
  const ends = os.pipe();
  if (ends === null) throw new Failure('no file descriptors left');
  return ends;
}

/** Returns when no child takes any more input. */
function feedAll(children: readonly Child[]): void {
  let hungry = children.filter(isHungry);
  let pause = 0;
  const outputs = new Map<Child, number>();
  while (hungry.length > 0) {
    let moved = false;
    for (const child of hungry) {
      if (feedOne(child)) moved = true;
      if (isHungry(child) && takeOne(child, outputs)) moved = true;
    }
    pause = moved ? 0 : Math.min(pause + 1, 20);
    hungry = hungry.filter(isHungry);
    if (pause > 0 && hungry.length > 0) os.sleep(pause);
  }
  for (const output of outputs.values()) os.close(output);
}

const isHungry = ({ feed }: Child): boolean => feed !== undefined;

/** Whether anything was written to the child; it is left alone once it has everything, closes its input or has ended. */
function feedOne(child: Child): boolean {
  const { feed } = child;
  if (feed === undefined) return false;
  const { written, error } = push(feed);
  if (feed.at === feed.bytes.length || error !== undefined || (written === 0 && hasEnded(child))) {
    if (error !== undefined && error !== EPIPE)
      std.err.puts(`ros: ${child.program} cannot be given its input: ${std.strerror(error)}\n`);
    stopFeeding(child);
  }
  return written > 0;
}

function stopFeeding(child: Child): void {
  if (child.feed !== undefined) os.close(child.feed.descriptor);
  child.feed = undefined;
}

function hasEnded(child: Child): boolean {
  if (child.status !== undefined) return true;
  const [pid, status] = os.waitpid(child.pid, os.WNOHANG);
  if (pid === child.pid) child.status = status;
  return pid === child.pid;
}

/** Whether the child had written anything. */
function takeOne(child: Child, outputs: Map<Child, number>): boolean {
  const known = outputs.get(child);
  const output = known ?? withoutWaiting(child.output, os.O_RDONLY);
  if (output === undefined) return false;
  if (known === undefined) outputs.set(child, output);
  const chunk = pull(output);
  if (chunk === undefined || chunk.length === 0) return false;
  child.chunks.push(chunk);
  if (sizeOf(child) > MOST_OUTPUT) stopFeeding(child);
  return true;
}

const sizeOf = ({ chunks }: Child): number => chunks.reduce((size, { length }) => size + length, 0);

interface Finished extends Result {
  readonly program: string;
  readonly isCut: boolean;
}

function finish(child: Child): Finished {
  const { text, isCut } = child.chunks.length === 0 ? restAsText(child) : restAsBytes(child);
  if (isCut && child.status === undefined) os.kill(child.pid, SIGKILL);
  const status = child.status ?? os.waitpid(child.pid, 0)[1];
  const signal = status & 0x7f;
  return {
    program: child.program,
    status: signal === 0 ? (status >> 8) & 0xff : 128 + signal,
    stdout: text,
    isCut,
  };
}

/** The usual case: QuickJS itself converts the output to text. */
function restAsText({ output }: Child): { readonly text: string; readonly isCut: boolean } {
  const reader = std.fdopen(output, 'r');
  const text = reader?.readAsString(MOST_OUTPUT) ?? '';
  // A text has at most as many characters as bytes were read.
  const isCut = reader !== null && reader.getByte() !== -1;
  reader?.close();
  return { text, isCut };
}

function restAsBytes(child: Child): { readonly text: string; readonly isCut: boolean } {
  const { output, chunks } = child;
  while (sizeOf(child) <= MOST_OUTPUT) {
    const chunk = pull(output);
    if (chunk === undefined || chunk.length === 0) break;
    chunks.push(chunk);
  }
  os.close(output);
  const isCut = sizeOf(child) > MOST_OUTPUT;
  if (isCut) return { text: '', isCut };
  const all = new Uint8Array(sizeOf(child));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return { text: utf8Text(all), isCut };
}

const held = new Set<string>();

/** A child holds the lock for as long as its input is open, which ends with us at the latest: QuickJS has no flock(2). */
export function withLock<T>({ path, seconds, busy }: Lock, work: () => T): T {
  if (held.has(path)) return work();
  const [input, feed] = pipe();
  const [output, result] = pipe();
  const script = 'mkdir -p "${1%/*}" && exec flock -w "$2" "$1" sh -c "echo; exec cat"';
  const argv = ['sh', '-c', script, 'ros', path, String(seconds)];
  const pid = os.exec(argv, { block: false, stdin: input, stdout: result });
  os.close(input);
  os.close(result);
  try {
    if (pull(output)?.length !== 1) throw new Failure(busy);
    held.add(path);
    return work();
  } finally {
    held.delete(path);
    os.close(feed);
    os.close(output);
    os.waitpid(pid, 0);
  }
}
