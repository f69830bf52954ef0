/**
 * A sentence without what opens something: in an address the user and password in front of the host, and the values of parameters such as
 * `token`. For everything that is told to somebody else than whoever asked for the value itself.
 */
export function withoutPasswords(text: string): string {
  return text.replace(IN_FRONT, '$1…@').replace(BEHIND, '$1…');
}

const IN_FRONT = /([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/gi;
const BEHIND = /([?&][^=&\s]*(?:passw|secret|token|key|sig|auth)[^=&\s]*=)[^&\s”"']+/gi;
