import { at, isTree, type Tree } from '../config/merge.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { orProblem } from './configdrive.ts';
import type { Datasource, Found } from './datasource.ts';
import { type Looked, lookAt, lookedAt, type Volume, volumes } from './disk.ts';
import { networkOfInterfaces } from './eni.ts';
import type { Planned } from './network-plan.ts';
import { type KnownCard, networkOfNoCloud } from './nocloud-network.ts';
import { checkedMetadata, numbered, textAt, yamlOf } from './values.ts';

const LABELS = ['cidata'];
const PROXMOX_LABELS = ['cidata', 'pve-config'];

/** A disk labelled cidata, as Proxmox, libvirt and many a script make it; or a folder, as in nocloud:/path. */
export const nocloud: Datasource = {
  name: 'nocloud',
  needs: 'disk',
  ask: ({ system, argument }) => readNoCloud(system, LABELS, argument),
};

export const proxmox: Datasource = {
  name: 'proxmox',
  needs: 'disk',
  ask: ({ system, argument }) => readNoCloud(system, PROXMOX_LABELS, argument ?? '/media/pve-config'),
};

/** The disk, if the machine has one. */
export function cidata(there: readonly Volume[], labels: readonly string[] = PROXMOX_LABELS): Volume | undefined {
  return there.find(({ label, type }) => labels.includes(label.toLowerCase()) && type !== '');
}

function readNoCloud(system: System, labels: readonly string[], folder?: string): Found {
  const disk = cidata(volumes(system), labels);
  if (disk !== undefined) return lookAt(system, disk, (files) => read(system, files, `the disk ${disk.label}`));
  if (folder === undefined) throw new Failure(`there is no disk with the label ${labels.join(' or ')}`);
  return read(system, lookedAt(system, folder), folder);
}

function read(system: System, files: Looked, from: string): Found {
  const problems: string[] = [];
  const text = orProblem(problems, () => files.read('meta-data'));
  const userData = orProblem(problems, () => files.userData('user-data', `user-data of ${from}`));
  if (text === undefined && userData === undefined)
    throw new Failure(problems.join(' ').replace(/\.$/, '') || `${from} has neither meta-data nor user-data`);
  const machine = orProblem(problems, () => yamlOf(text ?? '', 'meta-data'));
  const checked = checkedMetadata({
    hostname: at(machine, ['local-hostname']) ?? at(machine, ['hostname']),
    keys: keysOf(machine ?? {}),
  });
  const planned = orProblem(problems, () => networkIn(system, files, machine ?? {}));
  const { network } = planned ?? {};
  return {
    metadata: checked.metadata,
    problems: [...problems, ...checked.problems, ...(planned?.problems ?? []).map((each) => `${each}.`)],
    ...(userData === undefined ? {} : { userData }),
    ...(network === undefined ? {} : { network }),
  };
}

/** `network-config` counts; older tools write a text as in /etc/network/interfaces into meta-data. */
function networkIn(system: System, files: Looked, machine: Tree): Planned {
  const plan = files.read('network-config');
  if (plan !== undefined && plan.trim() !== '')
    return networkOfNoCloud(yamlOf(plan, 'network-config'), () => knownCards(system));
  const interfaces = textAt(machine, 'network-interfaces');
  return interfaces === undefined ? { problems: [] } : networkOfInterfaces(interfaces);
}

/** The machine's cards that have a driver of their own. */
function knownCards(system: System): readonly KnownCard[] {
  const script =
    'for card in "$1"/*; do [ ! -e "$card/device/driver" ] || echo "${card##*/} $(basename "$(readlink -f "$card/device/driver")")"; done';
  const { stdout } = run(system, ['sh', '-c', script, 'ros', '/sys/class/net']);
  return stdout.split('\n').flatMap((line) => {
    const [name = '', driver = ''] = line.split(' ');
    return name === '' || driver === '' ? [] : [{ name, driver }];
  });
}

/** A list of keys, one text with a key in each line, or keys by name, each one or a list; EC2's form has one more level. */
function keysOf(machine: Tree): readonly (readonly [string, unknown])[] {
  const keys = at(machine, ['public-keys']) ?? at(machine, ['public_keys']);
  if (typeof keys === 'string') return numbered(keys.split('\n').filter((line) => line.trim() !== ''));
  if (isTree(keys)) {
    return Object.entries(keys).flatMap(([name, key]) => {
      const given = isTree(key) ? at(key, ['openssh-key']) : key;
      if (!Array.isArray(given)) return [[name, given] as const];
      return given.map((one: unknown, index) => [index === 0 ? name : `${name}-${index + 1}`, one] as const);
    });
  }
  return numbered(Array.isArray(keys) ? keys : []);
}
