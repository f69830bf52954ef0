/**
 * A sentence without secrets: without user and password before the host of an address, and without values of parameters such as `token`. For every
 * message that others than the caller can read.
 */
export function withoutPasswords(text: string): string {
  return text.replace(IN_FRONT, '$1…@').replace(BEHIND, '$1…');
}

const IN_FRONT = /([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/gi;
const BEHIND = /([?&][^=&\s]*(?:passw|secret|token|key|sig|auth)[^=&\s]*=)[^&\s”"']+/gi;
