/** Whether a line is a public key of SSH, with options before it perhaps. */
export const isPublicKey = (line: string): boolean =>
  /(^|\s)(ssh-|ecdsa-|sk-)[a-z0-9@.-]+\s+[A-Za-z0-9+/=]{20,}/.test(line) && !line.startsWith('#');

/** Where an account's keys can be read, by the word in front of its name, as other systems fetch them. */
const ACCOUNTS: Readonly<Record<string, (name: string) => string>> = {
  github: (name) => `https://github.com/${name}.keys`,
  gh: (name) => `https://github.com/${name}.keys`,
  gitlab: (name) => `https://gitlab.com/${name}.keys`,
  gl: (name) => `https://gitlab.com/${name}.keys`,
  launchpad: (name) => `https://launchpad.net/~${name}/+sshkeys`,
  lp: (name) => `https://launchpad.net/~${name}/+sshkeys`,
};

/** Why an item of ssh_authorized_keys is not a usable key, in a clause, and what to write instead; undefined for a key and for a comment. */
export function keyError(item: string): { readonly why: string; readonly hint: string } | undefined {
  const text = item.trim();
  if (text === '' || text.split('\n').every((line) => line.trim().startsWith('#'))) return undefined;
  const [, word = '', name = ''] = /^([a-z]+):([\w.@+-]+)$/i.exec(text) ?? [];
  const place = ACCOUNTS[word.toLowerCase()]?.(name);
  if (place !== undefined || /^https?:\/\/\S+$/.test(text))
    return {
      why: 'names where keys are, and keys are not fetched',
      hint: `Write the keys themselves${place === undefined ? '' : `; they stand at ${place}`}.`,
    };
  if (text.includes('PRIVATE KEY'))
    return { why: 'is a private key', hint: 'Write the public one: “ssh-keygen -y -f FILE” shows it.' };
  if (/^-+ ?BEGIN/.test(text))
    return {
      why: 'is a key in the form of another program',
      hint: 'Write what “ssh-keygen -i -f FILE” makes of it.',
    };
  const why = text
    .split('\n')
    .map(blobError)
    .find((each) => each !== undefined);
  if (why !== undefined)
    return { why, hint: 'Copy the whole line of the .pub file, or make one by “ssh-keygen -t ed25519”.' };
  // A short word is a placeholder.
  if (/(^|\s)(ssh-|ecdsa-|sk-)\S+\s+\S/m.test(text) || text.length < 20) return undefined;
  return { why: 'is no public key', hint: 'Write it in one line, such as ssh-ed25519 AAAA… NAME.' };
}

/** The beginnings of keys of two kinds, of which one has a fixed length. */
const ED25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAI';
const RSA = 'AAAAB3NzaC1yc2EAAAADAQABAAA';

/** Why sshd takes no such key, although it looks like one; undefined where nothing is to be seen. */
function blobError(line: string): string | undefined {
  const [, kind = '', blob = ''] = /(?:^|\s)((?:ssh-|ecdsa-|sk-)[\w@.-]+)\s+([A-Za-z0-9+/]{24,}=*)/.exec(line) ?? [];
  if (kind === 'ssh-dss') return 'is a key of DSA, which sshd does not take any more';
  const isCut = blob.startsWith(ED25519) ? blob.length !== 68 : blob.startsWith(RSA) && blob.length % 4 !== 0;
  return isCut ? 'is a key of which a part is missing' : undefined;
}
