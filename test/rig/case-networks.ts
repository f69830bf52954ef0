import type { Machine, UserNetwork } from '../../pipeline/emulator/machine.ts';
import type { BootCase } from './boot-case.ts';
import { BOOT_SERVER, type BootServer } from './boot-server.ts';
import { METADATA_ADDRESS, type RunningMetadata } from './metadata-service.ts';
import { REGISTRY, type RunningRegistry } from './registry.ts';

/** What answers in a machine's first network. */
export interface Answering {
  readonly metadata: RunningMetadata | undefined;
  readonly registry: RunningRegistry | undefined;
  readonly bootServer: BootServer | undefined;
}

/** The cards of a case's machine; `sshPort` of this host leads to its SSH. */
export function networksOf(boot: BootCase, { metadata, registry, bootServer }: Answering, sshPort: number): NonNullable<Machine['networks']> {
  const address = boot.metadata?.address ?? METADATA_ADDRESS;
  const addresses = [address, ...(boot.metadata?.also ?? [])];
  const answer = [
    ...(metadata ? addresses.map((each) => ({ address: each, port: 80, command: metadata.command })) : []),
    ...(registry ? [{ ...REGISTRY, command: registry.command }] : []),
    ...(bootServer ? [{ ...BOOT_SERVER, command: bootServer.command }] : []),
  ];
  // The forwarding of SSH and the services belong to the first network.
  let first = true;
  return (boot.networks ?? [{}]).map((network) => {
    if ('cable' in network) return network;
    const user: UserNetwork = { isolated: true, ...network };
    if (!first) return user;
    first = false;
    return {
      ...user,
      range: network.range ?? (metadata ? `${address.split('.').slice(0, 2).join('.')}.0.0/16` : '10.0.2.0/24'),
      forwardToGuest: [{ hostPort: sshPort, guestPort: 22 }],
      answer,
      ...(bootServer ? { bootFromNetwork: true, bootFile: bootServer.bootFile } : {}),
    };
  });
}
