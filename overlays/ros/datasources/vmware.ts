import { parse } from 'yaml';
import { at, isTree, type Tree } from '../config/merge.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { askText } from './client.ts';
import type { Context, Datasource } from './datasource.ts';
import { userDataOfBase64 } from './unpack.ts';
import { checkedMetadata, numbered, textAt } from './values.ts';
import { ovfProperties } from './xml.ts';

/** The variables that are read, each a place for the same thing; the first that is set counts. */
const USER_DATA = ['cloud-init.config.data', 'coreos.config.data', 'userdata'] as const;
const USER_DATA_URL = ['cloud-init.config.url', 'coreos.config.url'] as const;
const ENCODING: Readonly<Record<(typeof USER_DATA)[number], readonly string[]>> = {
  'cloud-init.config.data': ['cloud-init.config.data.encoding', 'cloud-init.data.encoding'],
  'coreos.config.data': ['coreos.config.data.encoding'],
  userdata: ['userdata.encoding'],
};
const OTHERS = ['hostname', 'metadata', 'metadata.encoding', 'ovfEnv'] as const;

/** Variables `guestinfo.*` that VMware hands into the machine, or the OVF environment that stands in one of them. */
export const vmware: Datasource = {
  name: 'vmware',
  needs: 'hypervisor',
  ask: (context) => {
    const { system } = context;
    const direct = guestInfo(system);
    const ovf = ovfProperties(direct.get('ovfEnv') ?? '');
    const value = (name: string) => direct.get(name) ?? ovf.get(`guestinfo.${name}`);
    const machine = metadataOf(system, value);
    const userData = userDataOf(context, value) ?? ovfUserData(system, ovf);
    const hostname =
      value('hostname') ?? textAt(machine, 'local-hostname') ?? textAt(machine, 'hostname') ?? ovf.get('hostname');
    const keys = at(machine, ['public-keys-data']) ?? at(machine, ['public-keys']) ?? ovf.get('public-keys');
    if (userData === undefined && hostname === undefined && keys === undefined) {
      throw new Failure('VMware hands in no guestinfo.userdata, guestinfo.metadata or OVF environment');
    }
    const { metadata, problems } = checkedMetadata({
      hostname,
      keys: numbered(typeof keys === 'string' ? keys.split('\n').filter((line) => line.trim() !== '') : listOf(keys)),
    });
    return { metadata, problems, ...(userData === undefined ? {} : { userData }) };
  },
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** All variables at once, by the program that there is. */
function guestInfo(system: System): ReadonlyMap<string, string> {
  const names = [...USER_DATA, ...USER_DATA_URL, ...Object.values(ENCODING).flat(), ...OTHERS];
  const ways = [['vmware-rpctool'], ['vmtoolsd', '--cmd']];
  for (const way of ways) {
    if (run(system, ['sh', '-c', 'command -v "$1"', 'ros', way[0] ?? '']).status !== 0) continue;
    const results = system.runAll(names.map((name) => ({ argv: [...way, `info-get guestinfo.${name}`] })));
    return new Map(
      names.flatMap((name, index) => {
        const { status, stdout = '' } = results[index] ?? { status: 1 };
        const text = stdout.replace(/\n$/, '');
        // `---` is what machines are left with from which a value was taken away.
        return status === 0 && text !== '' && text !== '---' ? [[name, text] as const] : [];
      }),
    );
  }
  throw new Failure('neither vmware-rpctool nor vmtoolsd is there to ask VMware');
}

type Value = (name: string) => string | undefined;

function userDataOf(context: Context, value: Value): string | undefined {
  for (const name of USER_DATA) {
    const text = value(name);
    if (text === undefined) continue;
    const encoding = ENCODING[name].map(value).find((each) => each !== undefined);
    return decoded(context.system, text, encoding, `guestinfo.${name}`);
  }
  const url = USER_DATA_URL.map(value).find((each) => each !== undefined);
  return url === undefined ? undefined : askText(context, { url, isUserData: true, isElsewhere: true });
}

/** In an OVF environment, user-data is base64 by custom. */
function ovfUserData(system: System, ovf: ReadonlyMap<string, string>): string | undefined {
  const text = ovf.get('user-data');
  if (text === undefined || text === '') return undefined;
  return text.startsWith('#') ? text : userDataOfBase64(system, text, 'user-data of the OVF environment');
}

function metadataOf(system: System, value: Value): Tree {
  const text = value('metadata');
  if (text === undefined) return {};
  try {
    const machine: unknown = parse(decoded(system, text, value('metadata.encoding'), 'guestinfo.metadata'), {
      logLevel: 'error',
      prettyErrors: false,
    });
    return isTree(machine) ? machine : {};
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('guestinfo.metadata is not YAML');
  }
}

function decoded(system: System, text: string, encoding: string | undefined, from: string): string {
  if (encoding === undefined || encoding === '') return text;
  if (/^(?:base64|b64|gzip\+base64|gz\+base64|gzip\+b64|gz\+b64)$/.test(encoding)) {
    return userDataOfBase64(system, text, from);
  }
  throw new Failure(`${from} is encoded in a way that is not known (base64 and gzip+base64 are)`);
}
