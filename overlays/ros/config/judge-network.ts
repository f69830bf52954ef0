import { movedText, withoutMembersAddresses } from '../network/members.ts';
import { addressesOf, bondsOf, bridgesOf, type Complain, gatewaysOf, vlansOf } from '../network/network-config.ts';
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

export const NETWORK_JUDGEMENTS: readonly Judgement[] = [
  { at: 'rancher.network.interfaces', judge: interfaces },
  { at: 'rancher.defaults.network.interfaces', judge: interfaces },
];
