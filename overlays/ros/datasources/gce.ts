import { at, isTree } from '../config/merge.ts';
import { Failure } from '../runtime/system.ts';
import { askText } from './client.ts';
import { orProblem } from './configdrive.ts';
import type { Datasource } from './datasource.ts';
import { userDataOfBase64 } from './unpack.ts';
import { checkedMetadata, jsonOf, listAt, numbered, textAt } from './values.ts';

/** By number: the name metadata.google.internal would need a name server first. */
const SERVICE = 'http://169.254.169.254/computeMetadata/v1/?recursive=true&alt=json';

export const gce: Datasource = {
  name: 'gce',
  needs: 'network',
  ask: (context) => {
    const text = askText(context, { url: SERVICE, headers: { 'Metadata-Flavor': 'Google' } });
    if (text === undefined) throw new Failure("169.254.169.254 has no metadata of Google's");
    const all = jsonOf(text, "Google's metadata");
    const instance = at(all, ['instance']);
    if (!isTree(instance)) throw new Failure("Google's metadata names no instance");
    const isAlone = textAt(instance, 'attributes', 'block-project-ssh-keys')?.toLowerCase() === 'true';
    const { metadata, problems } = checkedMetadata({
      hostname: at(instance, ['hostname']),
      addresses: addressesOf(instance),
      keys: numbered([
        ...keysOf(textAt(instance, 'attributes', 'ssh-keys')),
        ...keysOf(textAt(instance, 'attributes', 'sshKeys')),
        ...(isAlone ? [] : keysOf(textAt(all, 'project', 'attributes', 'ssh-keys'))),
        ...(isAlone ? [] : keysOf(textAt(all, 'project', 'attributes', 'sshKeys'))),
      ]),
    });
    const given = textAt(instance, 'attributes', 'user-data');
    const isPacked = textAt(instance, 'attributes', 'user-data-encoding') === 'base64';
    const left: string[] = [];
    const userData = orProblem(left, () =>
      given !== undefined && isPacked ? userDataOfBase64(context.system, given, 'the attribute user-data') : given,
    );
    return { metadata, problems: [...left, ...problems], ...(userData === undefined ? {} : { userData }) };
  },
};

function addressesOf(instance: unknown) {
  const [card] = listAt(instance, 'networkInterfaces');
  return {
    private_ipv4: textAt(card, 'ip'),
    public_ipv4: textAt(listAt(card, 'accessConfigs')[0], 'externalIp'),
    private_ipv6: listAt(card, 'ipv6s')[0],
    public_ipv6: textAt(listAt(card, 'ipv6AccessConfigs')[0], 'externalIpv6'),
  };
}

/** Lines of `user:key`; a key may be followed by its expiry time. */
function keysOf(lines = ''): readonly string[] {
  return lines.split('\n').flatMap((line) => {
    const [, key] = /^(?:[^\s:]+:)?(.*)$/.exec(line.trim()) ?? [];
    if (key === undefined || key === '' || isOver(key)) return [];
    return [withExpiry(key)];
  });
}

/** Milliseconds of the day until when a key is good, where it says so. */
function endOf(key: string): number | undefined {
  const until = /\sgoogle-ssh\s.*"expireOn":\s*"([^"]+)"/.exec(key)?.[1];
  const end = until === undefined ? Number.NaN : Date.parse(until.replace(/\+0000$/, 'Z'));
  return Number.isNaN(end) ? undefined : end;
}

function isOver(key: string): boolean {
  const end = endOf(key);
  return end !== undefined && end < Date.now();
}

/**
 * The clock may still be wrong, and a key may expire while the machine runs: sshd checks it at each login (sshd(8), expiry-time; Z means UTC, which
 * OpenSSH knows since 9.1).
 */
function withExpiry(key: string): string {
  const end = endOf(key);
  if (end === undefined) return key;
  const time = new Date(end).toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '');
  return `expiry-time="${time}" ${key}`;
}
