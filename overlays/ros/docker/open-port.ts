import type { CommandLine } from './arguments.ts';
import { SOCKET } from './options.ts';

const isOverNetwork = (host: string): boolean => !/^(unix|fd):\/\//.test(host);

/** Whether dockerd asks those who connect over the network for a certificate. */
function asksForCertificates({ json, words }: CommandLine): boolean {
  const word = words.find((each) => /^--tlsverify(=|$)/.test(each));
  return word === undefined ? json['tlsverify'] === true : !/=(false|f|0)$/i.test(word);
}

/**
 * A dockerd that lacks one of the user's options, whichever it was, does not listen over the network to those who have no certificate: the
 * option may be what kept others out, and whoever may talk to dockerd is root. Gives the line as it is where it is closed already.
 */
export function withoutOpenPort(line: CommandLine): CommandLine {
  if (asksForCertificates(line)) return line;
  const hosts = line.json['hosts'];
  const inFile = Array.isArray(hosts) ? hosts.map(String) : [];
  const given = line.words.filter((word) => word.startsWith('--host='));
  if (![...inFile, ...given.map((word) => word.slice('--host='.length))].some(isOverNetwork)) return line;
  const words = line.words.filter((word) => !given.includes(word) || !isOverNetwork(word.slice('--host='.length)));
  // A key beside an argument about the same would be refused.
  if (words.some((word) => word.startsWith('--host='))) return { json: line.json, words };
  const left = inFile.filter((host) => !isOverNetwork(host));
  return { json: { ...line.json, hosts: left.length > 0 ? left : [SOCKET] }, words };
}
