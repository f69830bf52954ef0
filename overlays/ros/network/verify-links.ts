import type { System } from '../runtime/system.ts';
import type { LinkRecord } from './applied-record.ts';
import { takeSteps } from './ip.ts';
import { type LinkWanted, linkSteps } from './link-steps.ts';
import type { NetworkState } from './links.ts';
import type { Complain } from './network-config.ts';

/** The wanted state of an interface, and the number of default routes before its own. */
export interface Applied {
  readonly wanted: LinkWanted;
  readonly rank: number;
}

/**
 * Checks whether addresses, default routes, bridges, bonds and packet sizes are as they were set, and sets missing ones once more, because other
 * programs change interfaces too. What is still missing is reported, unless a failed step reported it.
 */
export function putRight(
  system: System,
  applied: ReadonlyMap<string, Applied>,
  context: {
    readonly look: () => NetworkState;
    readonly records: ReadonlyMap<string, LinkRecord>;
    readonly isTold: (path: readonly string[]) => boolean;
    readonly complain: Complain;
  },
): void {
  const missing = () => {
    const { links, gateways } = context.look();
    return [...applied].flatMap(([name, { wanted, rank }]) => {
      const link = links.find((one) => one.name === name);
      const record = context.records.get(name);
      if (link === undefined || link.index !== record?.index) return [];
      // Settings that are no longer configured have been removed; others, such as a link-local address, are not checked.
      const before = { ...record, addresses: wanted.addresses };
      return linkSteps(wanted, { link, gateways, rank, before }).map((step) => ({ name, step }));
    });
  };
  const first = missing().filter(({ step }) => !context.isTold(step.path));
  if (first.length === 0) return;
  takeSteps(
    system,
    first.map(({ step }) => step),
    context.complain,
  );
  for (const { name, step } of missing()) {
    if (context.isTold(step.path)) continue;
    const command = `ip ${step.words.join(' ')}`;
    context.complain(
      step.path,
      `${name} is not as configured although “${command}” was done; look at “ip address show ${name}” and “ip route”, and run “ros netconf” again.`,
    );
  }
}
