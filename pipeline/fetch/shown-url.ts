/** An address as it may stand in a log: without a user's name and password. Works on what is no address, too. */
export function shownUrl(url: string): string {
  return url.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, '$1');
}
