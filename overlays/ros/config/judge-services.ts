import { cronFields } from '../services/cron-fields.ts';
import { textsOf } from '../services/key-value.ts';
import { networkRemarks } from '../services/network-mode.ts';
import { portsOf } from '../services/ports.ts';
import { bytes, seconds } from '../services/size-and-duration.ts';
import type { Judgement, Verdict } from './judge.ts';
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

/** The same checks, in the words of the start, which leaves a service out where one of them fails. */
const definition: Judgement = {
  at: 'rancher.services.*',
  judge(given, path) {
    if (!isTree(given)) return undefined;
    const service = given as Partial<ServiceConfig>;
    const checks: Readonly<Record<string, () => unknown>> = {
      ports: () => portsOf(service.ports ?? [], []),
      expose: () => portsOf([], service.expose ?? []),
      stop_grace_period: () => seconds(service.stop_grace_period ?? '0', 'stop_grace_period'),
      ...Object.fromEntries(SIZES.map((key) => [key, () => bytes(service[key] ?? 0, key)])),
      labels: () => {
        const schedule = textsOf(service.labels)['cron.schedule'];
        if (schedule !== undefined) cronFields(schedule);
      },
    };
    return Object.entries(checks).flatMap(([key, check]): Verdict[] => {
      try {
        check();
        return [];
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return [{ message: `Service ${path.at(-1)}: ${why}.`, below: [key] }];
      }
    });
  },
};

const SIZES = ['mem_limit', 'memswap_limit', 'mem_reservation', 'shm_size'] as const;

export const SERVICE_JUDGEMENTS: readonly Judgement[] = [network, grace, definition];
