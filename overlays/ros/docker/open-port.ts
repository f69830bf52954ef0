import type { CommandLine } from './arguments.ts';
import { SOCKET } from './options.ts';

const isOverNetwork = (host: string): boolean => !/^(unix|fd):\/\//.test(host);

/** Whether dockerd requires client certificates on the network. */
function asksForCertificates({ json, words }: CommandLine): boolean {
  const word = words.find((each) => /^--tlsverify(=|$)/.test(each));
  return word === undefined ? json['tlsverify'] === true : !/=(false|f|0)$/i.test(word);
}

/**
 * A dockerd without one of the user's options does not listen on the network without client certificates: the missing option may be the one that
 * restricted access, and access to dockerd means root. Returns the line unchanged where the port is closed already.
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
