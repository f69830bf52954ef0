import { Failure } from '../runtime/system.ts';
import { type Ask, askAll, askTexts, hostOf } from './client.ts';
import type { Context, Found } from './datasource.ts';
import { checkedMetadata, numbered } from './values.ts';

/** A service that gives every value at an address of its own, as EC2 began it. */
export interface Tree {
  /** Addresses of both parts, without a slash at the end. */
  readonly metadata: string;
  readonly userData: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly hostname: 'hostname' | 'local-hostname';
  /** Where its addresses are said; by default as on EC2. */
  readonly addresses?: Readonly<Record<'private_ipv4' | 'public_ipv4', string>>;
}

const ADDRESSES = { private_ipv4: 'local-ipv4', public_ipv4: 'public-ipv4' } as const;

/** A token that has to be shown with every question. */
export interface TokenService {
  readonly url: string;
  readonly lifetimeHeader: string;
  readonly header: string;
}

/**
 * Headers with the token; none where the service is older than tokens. That is so only when it says that there is no such
 * address or method: a service that refuses a token for another reason is not asked without one.
 */
export function tokenHeaders(context: Context, { url, lifetimeHeader, header }: TokenService): Record<string, string> {
  const ask: Ask = { url, method: 'PUT', headers: { [lifetimeHeader]: '300' } };
  const [answer] = askAll(context, [ask]);
  if (answer === undefined || answer.status === 404 || answer.status === 405) return {};
  if (answer.status === 403)
    throw new Failure(`${hostOf(url)} gives no token (status 403): metadata is switched off here`);
  if (answer.status !== 200) throw new Failure(`${hostOf(url)} gives no token (status ${answer.status})`);
  const token = answer.body.trim();
  if (!/^[\x21-\x7e]{1,1024}$/.test(token)) throw new Failure(`${hostOf(url)} gives something else than a token`);
  return { [header]: token };
}

export function askTree(context: Context, tree: Tree, rootDisk?: string): Found {
  const { headers = {} } = tree;
  const ask = (path: string): Ask => ({ url: `${tree.metadata}/${path}`, headers });
  const left: string[] = [];
  const asked: readonly Ask[] = [
    ask('instance-id'),
    ask(tree.hostname),
    ask('public-keys/'),
    { url: tree.userData, headers, isUserData: true },
  ];
  const [instance, name, names, userData] = askTexts(context, asked, left);
  if (instance === undefined)
    throw new Failure(`${hostOf(tree.metadata)} knows no instance-id; it is another platform's`);
  const { keys, addresses } = keysAndAddresses(context, ask, names ?? '', tree.addresses ?? ADDRESSES);
  const { metadata, problems } = checkedMetadata({
    // EC2 may give several names; the first is the machine's.
    hostname: name?.trim().split(/\s+/)[0],
    keys,
    addresses,
    rootDisk,
  });
  return { metadata, problems: [...left, ...problems], ...(userData === undefined ? {} : { userData }) };
}

/**
 * Keys are either a numbered list, each with an address of its own, or given directly. Addresses are requested at the same time; 404 means that the
 * machine has none of that kind.
 */
function keysAndAddresses(
  context: Context,
  ask: (path: string) => Ask,
  list: string,
  places: Readonly<Record<'private_ipv4' | 'public_ipv4', string>>,
) {
  const lines = list.split('\n').map((line) => line.trim());
  const entries = lines.flatMap((line) => {
    const [, index, name] = /^(\d{1,3})(?:=(.*)|\/?)$/.exec(line) ?? [];
    return index === undefined ? [] : [{ index, name: name || index.padStart(3, '0') }];
  });
  const [own, outer, ...keys] = askTexts(context, [
    ask(places.private_ipv4),
    ask(places.public_ipv4),
    ...entries.map(({ index }) => ask(`public-keys/${index}/openssh-key`)),
  ]);
  return {
    addresses: { private_ipv4: own, public_ipv4: outer },
    keys:
      entries.length === 0
        ? numbered(lines.filter((line) => line !== ''))
        : entries.flatMap(({ name }, place) => (keys[place] === undefined ? [] : [[name, keys[place]] as const])),
  };
}
