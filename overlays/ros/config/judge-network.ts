import { noNameserver } from '../network/dns.ts';
import { movedText, withoutMembersAddresses } from '../network/members.ts';
import { addressesOf, bondsOf, bridgesOf, type Complain, gatewaysOf, vlansOf } from '../network/network-config.ts';
import { noTimeServer } from '../network/ntp.ts';
import { isServer } from '../network/ntp-conf.ts';
import { addressBits } from '../network/subnet.ts';
import type { Judgement, Verdict } from './judge.ts';
import { formatKeys } from './problem.ts';
import type { Network } from './schema.ts';

/** The messages of `ros netconf` about the interfaces, before a machine has tried. */
const interfaces: Judgement['judge'] = (value, path) => {
  const given = value as NonNullable<Network['interfaces']>;
  const verdicts: Verdict[] = [];
  const complain: Complain = (keys, sentence) => {
    const below = keys.slice(1);
    const message = `${formatKeys([...path, ...below].map(String))}: ${sentence}`;
    if (!verdicts.some((verdict) => verdict.message === message)) verdicts.push({ message, below });
  };
  bridgesOf(given, complain);
  bondsOf(given, complain);
  for (const [key, config] of Object.entries(given)) {
    vlansOf(key, config, key, complain);
    addressesOf(key, config, complain);
    gatewaysOf(key, config, complain);
  }
  for (const moved of withoutMembersAddresses(given).moved) {
    complain(['interfaces', moved.key, moved.names[0] ?? moved.kind], movedText(moved));
  }
  return verdicts;
};

/** In the words of the start, which leaves them out. */
const nameserver: Judgement['judge'] = (server, path) =>
  addressBits(String(server).trim()) === undefined
    ? { message: `${formatKeys(path.slice(0, -1).map(String))}: ${noNameserver(String(server))}` }
    : undefined;

const timeServer: Judgement['judge'] = (server) =>
  isServer(String(server).trim()) ? undefined : { message: noTimeServer(String(server).trim()) };

export const NETWORK_JUDGEMENTS: readonly Judgement[] = [
  { at: 'rancher.network.dns.nameservers.*', judge: nameserver },
  { at: 'rancher.dns.nameservers.*', judge: nameserver },
  { at: 'rancher.ntp.servers.*', judge: timeServer },
  { at: 'rancher.network.interfaces', judge: interfaces },
  { at: 'rancher.defaults.network.interfaces', judge: interfaces },
];
