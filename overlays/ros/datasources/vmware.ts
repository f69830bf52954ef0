import { at, isTree, type Tree } from '../config/merge.ts';
import { plainYaml } from '../config/plain-yaml.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { askText } from './client.ts';
import { orProblem } from './configdrive.ts';
import { type Context, type Datasource, SourceFailure } from './datasource.ts';
import { userDataOfBase64 } from './unpack.ts';
import { checkedMetadata, numbered } from './values.ts';
import { type AskFor, FIRST_NETWORK_NAMES, networkOfGuestInfo } from './vmware-network.ts';
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
    const askFor = guestInfo(system);
    const direct = askFor([...NAMES, ...FIRST_NETWORK_NAMES]);
    const ovf = ovfProperties(direct.get('ovfEnv') ?? '');
    const value = (name: string) => direct.get(name) ?? ovf.get(`guestinfo.${name}`);
    const problems: string[] = [];
    const machine = orProblem(problems, () => metadataOf(system, value)) ?? {};
    let isPartial = false;
    const userData = orProblem(problems, () => {
      try {
        return userDataOf(context, value) ?? ovfUserData(system, ovf);
      } catch (error) {
        // Its place is an address, and the network may be late.
        isPartial = error instanceof SourceFailure && error.mayPass;
        throw error;
      }
    });
    const hostname =
      value('hostname') ?? at(machine, ['local-hostname']) ?? at(machine, ['hostname']) ?? ovf.get('hostname');
    const keys = at(machine, ['public-keys-data']) ?? at(machine, ['public-keys']) ?? ovf.get('public-keys');
    const { network, addresses, ...planned } = networkOfGuestInfo(either(askFor, ovf));
    if (userData === undefined && hostname === undefined && keys === undefined && network === undefined) {
      const [problem] = problems;
      throw new SourceFailure(
        problem?.replace(/\.$/, '') ??
          'VMware hands in no guestinfo.userdata, guestinfo.metadata, guestinfo.interface or OVF environment',
        isPartial,
      );
    }
    const { metadata, problems: further } = checkedMetadata({
      hostname,
      keys: numbered(typeof keys === 'string' ? keys.split('\n').filter((line) => line.trim() !== '') : listOf(keys)),
      addresses,
    });
    return {
      metadata,
      problems: [...problems, ...further, ...planned.problems.map((each) => `${each}.`)],
      ...(userData === undefined ? {} : { userData }),
      ...(network === undefined ? {} : { network }),
      ...(isPartial ? { isPartial } : {}),
    };
  },
};

/** A value that is not a guestinfo variable may be in the OVF environment. */
function either(askFor: AskFor, ovf: ReadonlyMap<string, string>): AskFor {
  return (names) =>
    new Map([
      ...names.flatMap((name): [string, string][] => {
        const text = ovf.get(`guestinfo.${name}`)?.trim() ?? '';
        return text === '' ? [] : [[name, text]];
      }),
      ...askFor(names),
    ]);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const NAMES: readonly string[] = [...USER_DATA, ...USER_DATA_URL, ...Object.values(ENCODING).flat(), ...OTHERS];

/** Variables are asked for by the program that there is, many at once, and each only once. */
function guestInfo(system: System): AskFor {
  const way = [['vmware-rpctool'], ['vmtoolsd', '--cmd']].find(
    ([program = '']) => run(system, ['sh', '-c', 'command -v "$1"', 'ros', program]).status === 0,
  );
  if (way === undefined) throw new Failure('neither vmware-rpctool nor vmtoolsd is there to ask VMware');
  const known = new Map<string, string | undefined>();
  return (names) => {
    const fresh = names.filter((name) => !known.has(name));
    const results = system.runAll(fresh.map((name) => ({ argv: [...way, `info-get guestinfo.${name}`] })));
    fresh.forEach((name, index) => {
      const { status, stdout = '' } = results[index] ?? { status: 1 };
      const text = stdout.replace(/\n$/, '');
      // `---` remains where a value was removed.
      known.set(name, status === 0 && text !== '' && text !== '---' ? text : undefined);
    });
    return new Map(
      names.flatMap((name): [string, string][] => {
        const text = known.get(name);
        return text === undefined ? [] : [[name, text]];
      }),
    );
  };
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
  const { value: machine, error } = plainYaml(decoded(system, text, value('metadata.encoding'), 'guestinfo.metadata'));
  if (error !== undefined) throw new Failure(`guestinfo.metadata ${error}`);
  return isTree(machine) ? machine : {};
}

function decoded(system: System, text: string, encoding: string | undefined, from: string): string {
  if (encoding === undefined || encoding === '') return text;
  if (/^(?:base64|b64|gzip\+base64|gz\+base64|gzip\+b64|gz\+b64)$/.test(encoding)) {
    return userDataOfBase64(system, text, from);
  }
  throw new Failure(`${from} is encoded in a way that is not known (base64 and gzip+base64 are)`);
}
