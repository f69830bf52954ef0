// The part of QuickJS's own modules that this program uses.

declare module 'std' {
  export interface FILE {
    close(): number;
    /** Whether reading or writing has failed. */
    error(): boolean;
    puts(text: string): void;
    flush(): void;
    /** Bytes that were read into the buffer. */
    read(buffer: ArrayBuffer, position: number, length: number): number;
    /** 0, or the negative number of an error. */
    seek(offset: number, whence: number): number;
    readAsString(maxSize?: number): string;
    /** -1 at the end. */
    getByte(): number;
  }
  const input: FILE;
  export const SEEK_SET: number;

  export { input as in };
  export const out: FILE;
  export const err: FILE;
  export function exit(status: number): never;
  export function fdopen(fd: number, flags: string): FILE | null;
  export function getenv(name: string): string | undefined;
  export function getenviron(): Record<string, string>;
  export function open(path: string, flags: string): FILE | null;
  export function strerror(error: number): string;
}

declare module 'os' {
  export interface ExecOptions {
    block?: boolean;
    usePath?: boolean;
    stdin?: number;
    stdout?: number;
    stderr?: number;
    env?: Record<string, string>;
  }
  export const WNOHANG: number;
  export const O_RDONLY: number;
  export const O_WRONLY: number;
  export const O_APPEND: number;
  export const O_CREAT: number;
  export const O_TRUNC: number;
  export const SIGPIPE: number;
  /** Each of these gives a number of bytes or a descriptor, or the negative number of an error. */
  export function open(path: string, flags: number, mode?: number): number;
  export function read(descriptor: number, buffer: ArrayBufferLike, offset: number, length: number): number;
  export function write(descriptor: number, buffer: ArrayBufferLike, offset: number, length: number): number;
  export function kill(pid: number, signal: number): number;
  export function signal(signal: number, handler: () => void): void;
  export function close(fd: number): number;
  export function exec(argv: readonly string[], options?: ExecOptions): number;
  /** Milliseconds. */
  export function now(): number;
  export function pipe(): [number, number] | null;
  export const S_IFMT: number;
  export const S_IFDIR: number;
  export const S_IFREG: number;
  /** The result, and the number of an error. */
  export function stat(path: string): [{ readonly mode: number; readonly mtime: number } | null, number];
  export function readdir(path: string): [string[], number];
  /** 0, or the negative number of an error. */
  export function rename(from: string, to: string): number;
  export function sleep(milliseconds: number): void;
  export function waitpid(pid: number, options: number): [number, number];
}

/** The program's name and its arguments. */
declare const scriptArgs: string[];
