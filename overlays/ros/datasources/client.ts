import { exceeds } from '../runtime/byte-length.ts';
import { type Request, type Response, sendAll } from '../runtime/http.ts';
import { Failure, type System } from '../runtime/system.ts';
import { type Context, SourceFailure, WORK_FOLDER } from './datasource.ts';
import { MOST_USER_DATA } from './unpack.ts';
import { quoted } from './values.ts';

/** Bytes of one answer: metadata of machines with many keys is large, but not this large. */
const MOST_BYTES = 1024 * 1024;
/** Seconds to connect. A host on the machine's own network accepts within that time or not at all. */
const CONNECT = 3;
/** How often an unreachable host is tried although there is an address. */
const ATTEMPTS = 3;

export interface Ask {
  readonly url: string;
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** Body of a POST. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** It may be packed by gzip, and hold anything; else it is text. */
  readonly isUserData?: boolean;
  /** Another host's server, which may redirect and may be behind a proxy. */
  readonly isElsewhere?: boolean;
}

/**
 * Asks all at once and gives the answers in their order; fails with a sentence about the first that did not come. User-data that cannot be
 * used is as good as none where there is a list for such problems: keys and name hold without it.
 */
export function askAll(context: Context, asked: readonly Ask[], problems?: string[]): readonly Response[] {
  const { system, deadline } = context;
  const answers = new Map<Ask, Response>();
  let unreachable = 0;
  for (let round = 1; ; round += 1) {
    const left = (deadline - system.now()) / 1000;
    const missing = asked.filter((ask) => !answers.has(ask));
    if (left <= 0.05) throw notReached(system, `${hostOf(missing[0]?.url ?? '')} did not answer in time`);
    const responses = sendAll(
      system,
      missing.map((ask) => requestOf(context, ask, left)),
    );
    const again: string[] = [];
    missing.forEach((ask, index) => {
      const response = responses[index];
      if (response === undefined) return;
      const error = temporaryError(ask, response);
      if (error === undefined) answers.set(ask, response);
      else again.push(error);
    });
    const [error] = again;
    if (error === undefined) break;
    if (hasRoute(context.system)) unreachable += 1;
    const pause = Math.min(200 * round, 1000);
    if (unreachable >= ATTEMPTS || system.now() + pause >= deadline) {
      throw notReached(system, error);
    }
    system.sleep(pause);
  }
  return asked.map((ask) =>
    orNone(ask, problems, () => checked(ask, answers.get(ask) ?? { status: 0, body: '', curl: 7 }), NONE),
  );
}

function notReached(system: System, error: string): SourceFailure {
  return new SourceFailure(hasRoute(system) ? error : `${error} (there is no address yet)`, true);
}

const NONE: Response = { status: 404, body: '', curl: 0 };

function orNone<T>({ isUserData }: Ask, problems: string[] | undefined, work: () => T, none: T): T {
  try {
    return work();
  } catch (error) {
    const isLasting = error instanceof Failure && !(error instanceof SourceFailure && error.mayPass);
    if (problems === undefined || isUserData !== true || !isLasting) throw error;
    problems.push(`The user-data is left out: ${error.message}.`);
    return none;
  }
}

/** The body, or undefined where there is nothing (404). */
export function askText(context: Context, ask: Ask): string | undefined {
  return askTexts(context, [ask])[0];
}

/** The bodies of all requests, sent at once; unusable user-data is added to `problems`. */
export function askTexts(
  context: Context,
  asked: readonly Ask[],
  problems?: string[],
): readonly (string | undefined)[] {
  return askAll(context, asked, problems).map((response, index) => {
    const ask = asked[index] ?? { url: '' };
    return orNone(ask, problems, () => textOf(ask, response), undefined);
  });
}

function textOf({ url }: Ask, { status, body }: Response): string | undefined {
  if (status === 404) return undefined;
  if (status >= 300 && status < 400) {
    throw new Failure(`${hostOf(url)} sends on to another place (status ${status}), which is not followed`);
  }
  // Other protocols than http have no status.
  if (status !== 200 && !(status === 0 && url.startsWith('tftp:'))) {
    throw new Failure(`${hostOf(url)} answered with status ${status}`);
  }
  if (/^\s*(?:<!doctype html|<html)/i.test(body)) {
    throw new Failure(`${hostOf(url)} answered with a web page; something else than the datasource stands there`);
  }
  if (/[\0\uFFFD]/.test(body)) throw new Failure(`${hostOf(url)} answered with something that is no text`);
  return body;
}

function requestOf({ at = (url) => url }: Context, ask: Ask, left: number): Request {
  return {
    method: ask.method ?? 'GET',
    url: at(ask.url),
    maxTime: left,
    connectTimeout: Math.min(CONNECT, left),
    maxBytes: ask.isUserData === true ? MOST_USER_DATA + 1 : MOST_BYTES,
    ...(ask.headers === undefined ? {} : { headers: ask.headers }),
    ...(ask.text === undefined ? {} : { text: ask.text }),
    ...(ask.isElsewhere === true ? { redirects: 5 } : { withoutProxy: true }),
    ...(ask.isUserData === true ? { unpackIn: WORK_FOLDER } : {}),
  };
}

/** Errors that may pass: a network that is being set up, a server that starts. */
function temporaryError({ url }: Ask, { status, curl }: Response): string | undefined {
  if (curl === 6) return `the name ${hostOf(url)} is not known`;
  if (curl === 7) return `${hostOf(url)} cannot be reached`;
  if (curl === 28 && status === 0) return `${hostOf(url)} does not answer`;
  if (curl === 52 || (curl === 56 && status === 0)) return `${hostOf(url)} ended the connection`;
  if (status >= 500 || status === 429) return `${hostOf(url)} answered with status ${status}`;
  return undefined;
}

function checked({ url, isUserData }: Ask, response: Response): Response {
  const host = hostOf(url);
  const most = isUserData === true ? MOST_USER_DATA : MOST_BYTES;
  if (response.curl === 63 || exceeds(response.body, most)) {
    throw new Failure(`${host} answered with more than ${most} bytes, which are not read`);
  }
  if (response.curl === 28) throw new SourceFailure(`${host} began to answer, but not to the end in time`, true);
  if ([35, 51, 58, 60, 77, 83, 91].includes(response.curl)) {
    throw new Failure(`${host} cannot be trusted: its certificate is not valid here, or the clock is wrong`);
  }
  if (response.curl === 61)
    throw new Failure(`${host} answered with something that gzip packed, but the packed data are broken`);
  if (response.curl === 47) throw new Failure(`${host} sends on from place to place without an end`);
  if (response.curl === 1 || response.curl === 3) throw new Failure(`${quoted(host)} is no address that can be asked`);
  if (response.curl !== 0) throw new Failure(`${host} could not be asked (curl ended with status ${response.curl})`);
  return response;
}

/** For sentences: an address may hold a password. */
export function hostOf(url: string): string {
  const [place = ''] = url.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').split(/[/?#]/);
  const host = place.slice(place.lastIndexOf('@') + 1);
  // A password may contain a slash, which looks like the end of the host.
  return /^[^:]*(?::\d{0,5})?$|^\[[0-9a-f:.%]+\](?::\d{0,5})?$/i.test(host) ? host : 'the server';
}

/** Whether a card has got so far that something beyond the machine has a way: a default route, or a link-local one. */
export function hasRoute(system: System): boolean {
  const ways = (system.readText('/proc/net/route') ?? '').split('\n').slice(1);
  if (ways.some((way) => /^(?!lo\b|docker|br-|veth)\S+\t(?:00000000|[0-9A-F]{4}FEA9)\t/.test(way))) return true;
  const wider = (system.readText('/proc/net/ipv6_route') ?? '').split('\n');
  return wider.some((way) => /^0{32} 00 .*\s(?!lo$)\S+$/.test(way));
}
