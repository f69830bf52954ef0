import { networkRemarks } from '../services/network-mode.ts';
import { seconds } from '../services/size-and-duration.ts';
import type { Judgement } from './judge.ts';
import { at, isTree } from './merge.ts';
import type { ServiceConfig } from './schema.ts';

/** Seconds of a whole shutdown, unless configured. */
const SHUTDOWN = 60;

const network: Judgement = {
  at: 'rancher.services.*',
  judge(service, path) {
    const [remark] = isTree(service) ? networkRemarks(String(path.at(-1)), service as Partial<ServiceConfig>) : [];
    return remark === undefined ? undefined : { message: `${remark.charAt(0).toUpperCase()}${remark.slice(1)}.` };
  },
};

const grace: Judgement = {
  at: 'rancher.services.*.stop_grace_period',
  judge(given, path, whole) {
    const limit = at(whole, ['rancher', 'shutdown_timeout']) ?? SHUTDOWN;
    const wanted = lengthOf(given);
    if (wanted === undefined || typeof limit !== 'number' || wanted <= limit) return undefined;
    return {
      message: `Service ${path.at(-2)} may take ${wanted} seconds to end, and a shutdown takes ${limit} in all.`,
      hint: `Set rancher.shutdown_timeout to ${wanted + 30}, if a shutdown is to wait for it.`,
    };
  },
};

function lengthOf(given: unknown): number | undefined {
  try {
    return seconds(String(given), '');
  } catch {
    return undefined;
  }
}

export const SERVICE_JUDGEMENTS: readonly Judgement[] = [network, grace];
