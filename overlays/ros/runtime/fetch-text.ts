import { sendAll } from './http.ts';
import type { System } from './system.ts';
import { withoutPasswords } from './without-passwords.ts';

/** Limit of a text; lists and definitions are smaller. */
const MOST_BYTES = 2 ** 20;
/** curl's exit status when an answer is larger than allowed. */
const TOO_LARGE = 63;

/** A text, or a sentence that says why there is none. */
export type Fetched =
  | { readonly text: string; readonly error?: never }
  | { readonly text?: never; readonly error: string };

/** A text of at most `maxBytes` (1 MiB) that a user named by its URL; waits for it for half a minute. */
export function fetchText(system: System, url: string, { maxBytes = MOST_BYTES } = {}): Fetched {
  const [response] = sendAll(system, [{ method: 'GET', url, maxTime: 30, maxBytes, redirects: 5 }]);
  const shown = withoutPasswords(url);
  const { status = 0, body = '', curl = 0 } = response ?? {};
  if (curl === TOO_LARGE) return { error: `${shown} is larger than ${Math.floor(maxBytes / 1024)} KiB` };
  if (status === 0) return { error: `${shown} does not answer; is there a network?` };
  return status === 200 ? { text: body } : { error: `${shown} answers with status ${status}` };
}
