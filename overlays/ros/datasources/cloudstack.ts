import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import type { Context, Datasource } from './datasource.ts';
import { askTree } from './ec2-like.ts';

/** The virtual router that leased the address knows the machine; without a lease, the default route leads to it. */
export const cloudstack: Datasource = {
  name: 'cloudstack',
  needs: 'network',
  ask: (context) => {
    const server = routerOf(context);
    return askTree(context, {
      metadata: `http://${server}/latest/meta-data`,
      userData: `http://${server}/latest/user-data`,
      hostname: 'local-hostname',
    });
  },
};

function routerOf({ system, deadline }: Context): string {
  for (;;) {
    const server = dhcpServer(system) ?? gateway(system);
    if (server !== undefined) return server;
    if (system.now() + 200 >= deadline) throw new Failure('no DHCP server has leased an address yet');
    system.sleep(200);
  }
}

/** Cards with a default route, and the address of their gateway as the kernel writes it. */
function defaultRoutes(system: System): readonly { readonly card: string; readonly gateway: string }[] {
  return [...(system.readText('/proc/net/route') ?? '').matchAll(/^(\S+)\t0{8}\t([0-9A-F]{8})\t/gm)].map(
    ([, card = '', gateway = '']) => ({ card, gateway }),
  );
}

function dhcpServer(system: System): string | undefined {
  for (const { card } of defaultRoutes(system)) {
    const { stdout } = run(system, ['dhcpcd', '-4', '-U', card], { withErrors: true });
    const server = /^(?:new_)?dhcp_server_identifier='?([\d.]+)'?$/m.exec(stdout)?.[1];
    if (server !== undefined) return server;
  }
  return undefined;
}

function gateway(system: System): string | undefined {
  const [first] = defaultRoutes(system);
  // Four bytes, the lowest first.
  const bytes = first?.gateway.match(/../g)?.reverse();
  return bytes?.map((byte) => Number.parseInt(byte, 16)).join('.');
}
