import type { System } from './system.ts';

/**
 * The only way to a network or a socket: QuickJS has none, so curl does it. Everything is written to curl's standard
 * input, so that no header and no body ever shows in a list of processes.
 */
export interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly unixSocket?: string;
  readonly json?: unknown;
  /** Seconds after which the request counts as failed; without it, it may take as long as it likes. */
  readonly maxTime?: number;
}

export interface Response {
  /** HTTP status; 0 when nobody answered. */
  readonly status: number;
  readonly body: string;
}

const line = (option: string, value: string): string =>
  `${option} = "${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"\n`;

function config(request: Request): string {
  let text = 'silent\n';
  text += line('request', request.method);
  text += line('url', request.url);
  text += line('write-out', '\n%{http_code}');
  if (request.unixSocket !== undefined) text += line('unix-socket', request.unixSocket);
  if (request.maxTime !== undefined) text += line('max-time', String(request.maxTime));
  if (request.json !== undefined) {
    text += line('header', 'Content-Type: application/json');
    text += line('data-raw', JSON.stringify(request.json));
  } else if (request.method === 'POST') {
    text += line('data-raw', '');
  }
  return text;
}

/** Sends all requests at the same time; the answers come in the order of the requests. */
export function sendAll(system: System, requests: readonly Request[]): Response[] {
  const commands = requests.map((request) => ({
    argv: ['curl', '--disable', '--config', '-'],
    stdin: config(request),
  }));
  return system.runAll(commands).map(({ stdout }) => {
    const end = stdout.lastIndexOf('\n');
    return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, Math.max(end, 0)) };
  });
}
