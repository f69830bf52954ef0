import { GUNZIP_MOST } from './gunzip.ts';
import { proxyVariables } from './proxy-variables.ts';
import type { System } from './system.ts';

/**
 * The only access to networks and sockets: QuickJS has none, so curl does it. Everything is written to curl's standard input, so that no header or
 * body shows in a list of processes.
 */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly unixSocket?: string;
  readonly json?: unknown;
  /** A body; its headers describe it. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds after which the request fails; without it there is no limit. */
  readonly maxTime?: number;
  /** Seconds to connect. */
  readonly connectTimeout?: number;
  /** Bytes; an answer that is larger fails (curl's status 63). */
  readonly maxBytes?: number;
  /** How many redirects are followed, to http and https only and never from https to http; none without it. */
  readonly redirects?: number;
  /** The host is asked directly, even where the environment has a proxy. */
  readonly withoutProxy?: boolean;
  /** The body goes to this file, and is not in the response. */
  readonly into?: string;
  /** The body is unpacked where gzip packed it, in this folder that only root can read. Such a body may hold any bytes. */
  readonly unpackIn?: string;
}

export interface Response {
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  readonly body: string;
  /** Exit status of curl; 0 when the answer is whole. */
  readonly curl: number;
}

const line = (option: string, value: string): string =>
  `${option} = "${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\r/g, '\\r').replace(/\n/g, '\\n')}"\n`;

function config(request: Request): string {
  // curl's globbing is off: [1-9] and {a,b} are not expanded. Only http and, where configured, TFTP are allowed.
  let text = 'silent\ngloboff\n';
  text += line('proto', request.url.startsWith('tftp://') ? '=tftp' : '=http,https');
  text += line('request', request.method);
  text += line('url', request.url);
  text += line('write-out', '\n%{http_code}');
  if (request.unixSocket !== undefined) text += line('unix-socket', request.unixSocket);
  if (request.maxTime !== undefined) text += line('max-time', String(request.maxTime));
  if (request.connectTimeout !== undefined) text += line('connect-timeout', String(request.connectTimeout));
  if (request.maxBytes !== undefined) text += line('max-filesize', String(request.maxBytes));
  if (request.into !== undefined) text += line('output', request.into);
  if (request.withoutProxy === true) text += line('noproxy', '*');
  if (request.redirects !== undefined) {
    text += 'location\n';
    text += line('max-redirs', String(request.redirects));
    text += line('proto-redir', request.url.startsWith('https:') ? '=https' : '=http,https');
  }
  for (const [name, value] of Object.entries(request.headers ?? {})) text += line('header', `${name}: ${value}`);
  if (request.json !== undefined) {
    text += line('header', 'Content-Type: application/json');
    text += line('data-raw', JSON.stringify(request.json));
  } else if (request.text !== undefined) {
    text += line('data-raw', request.text);
  } else if (request.method === 'POST' || request.method === 'PUT') {
    text += line('data-raw', '');
  }
  return text;
}

/** The body goes to a file first, because curl's own output would be mixed with it. */
const UNPACK = `${GUNZIP_MOST}umask 077
mkdir -p "$1" && file=$(mktemp "$1/answer.XXXXXX") || exit 23
answer=$(curl --disable --output "$file" --config -)
status=$?
gunzip_most "$2" <"$file" || [ "$status" != 0 ] || status=61
rm -f "$file"
printf '%s' "
\${answer##*
}"
exit $status`;

const LARGEST = 2 ** 31 - 1;

/** Sends all requests at the same time; the answers come in the order of the requests. */
export function sendAll(system: System, requests: readonly Request[]): Response[] {
  const isLocal = ({ unixSocket, withoutProxy }: Request) => unixSocket !== undefined || withoutProxy === true;
  const environment = requests.every(isLocal) ? {} : proxyVariables(system);
  const commands = requests.map((request) => ({
    ...(isLocal(request) || Object.keys(environment).length === 0 ? {} : { environment }),
    argv:
      request.unpackIn === undefined
        ? ['curl', '--disable', '--config', '-']
        : ['sh', '-c', UNPACK, 'ros', request.unpackIn, String(request.maxBytes ?? LARGEST)],
    stdin: config(request),
  }));
  return system.runAll(commands).map(({ status, stdout }) => {
    const end = stdout.lastIndexOf('\n');
    return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, Math.max(end, 0)), curl: status };
  });
}
