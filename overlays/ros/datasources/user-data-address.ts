import { Failure } from '../runtime/system.ts';
import { askText, hostOf } from './client.ts';
import { type Context, type Datasource, type Found, SourceFailure } from './datasource.ts';
import { lookedAt } from './disk.ts';

// Sources that name the place of the user-data themselves. They have no metadata.

export const file: Datasource = {
  name: 'file',
  needs: 'machine',
  ask: ({ system, argument }) => {
    if (!argument?.startsWith('/'))
      throw new Failure('file: needs the whole path behind it, as in file:/var/lib/x.yml');
    // The path may be a link: whoever can configure it owns the machine.
    const userData = lookedAt(system, '/').userData(argument.slice(1), argument);
    if (userData === undefined) throw new Failure(`${argument} does not exist`);
    return only(userData);
  },
};

export const url: Datasource = {
  name: 'url',
  needs: 'network',
  ask: (context) => fetched(context, context.argument ?? ''),
};

export const tftp: Datasource = {
  name: 'tftp',
  needs: 'network',
  ask: (context) => {
    const place = (context.argument ?? '').replace(/^(?:tftp:)?\/*/, '');
    if (!place.includes('/'))
      throw new SourceFailure('tftp: needs a server and a file behind it, as in tftp:192.168.1.1/x.yml', false);
    return fetched(context, `tftp://${place}`);
  },
};

/** `cloud-config-url=…` on the kernel command line. */
export const cmdline: Datasource = {
  name: 'cmdline',
  needs: 'network',
  ask: (context) => {
    const address = cloudConfigUrl(context.system.readText('/proc/cmdline') ?? '');
    if (address === undefined) throw new Failure('the kernel command line has no cloud-config-url=');
    return fetched(context, address);
  },
};

export function cloudConfigUrl(line: string): string | undefined {
  return /(?:^|\s)"?cloud-config-url="?([^\s"]+)/.exec(line)?.[1];
}

function fetched(context: Context, address: string): Found {
  if (!/^(?:https?|tftp):\/\/[^\s/]/i.test(address)) {
    throw new SourceFailure('an address begins with http://, https:// or tftp://', false);
  }
  const userData = askText(context, { url: address, isUserData: true, isElsewhere: true });
  if (userData === undefined) throw new Failure(`${hostOf(address)} has no such file (status 404)`);
  return only(userData);
}

const only = (userData: string): Found => ({ metadata: { publicKeys: {} }, userData, problems: [] });
