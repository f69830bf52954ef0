import { parse } from 'yaml';
import { MAX_CHARACTERS } from '../config/document.ts';
import { at, isTree, type Tree } from '../config/merge.ts';
import { Failure, type System } from '../runtime/system.ts';
import { orProblem } from './configdrive.ts';
import type { Datasource, Found } from './datasource.ts';
import { type Looked, lookAt, lookedAt, type Volume, volumes } from './disk.ts';
import { networkOfNoCloud } from './network-data.ts';
import { userDataIn } from './unpack.ts';
import { checkedMetadata, numbered, textAt } from './values.ts';

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
  const text = files.read('meta-data');
  const userData = userDataIn(system, files.place('user-data'), `user-data of ${from}`);
  if (text === undefined && userData === undefined) throw new Failure(`${from} has neither meta-data nor user-data`);
  const problems: string[] = [];
  const machine = orProblem(problems, () => yamlOf(text ?? '', 'meta-data'));
  const checked = checkedMetadata({
    hostname: textAt(machine, 'local-hostname') ?? textAt(machine, 'hostname'),
    keys: keysOf(machine ?? {}),
  });
  const plan = files.read('network-config');
  const network = orProblem(problems, () =>
    plan === undefined || plan.trim() === '' ? undefined : networkOfNoCloud(yamlOf(plan, 'network-config')),
  );
  return {
    metadata: checked.metadata,
    problems: [...problems, ...checked.problems],
    ...(userData === undefined ? {} : { userData }),
    ...(network === undefined ? {} : { network }),
  };
}

function yamlOf(text: string, from: string): Tree {
  if (text.length > MAX_CHARACTERS) throw new Failure(`${from} has more than ${MAX_CHARACTERS} characters`);
  let value: unknown;
  try {
    value = parse(text, { logLevel: 'error', prettyErrors: false, maxAliasCount: 100 });
  } catch {
    throw new Failure(`${from} is not YAML`);
  }
  if (value === null || value === undefined) return {};
  if (!isTree(value)) throw new Failure(`${from} is YAML, but no mapping`);
  return value;
}

/** A list of keys, one text with a key in each line, or keys by name; EC2's form has one more level. */
function keysOf(machine: Tree): readonly (readonly [string, unknown])[] {
  const keys = at(machine, ['public-keys']) ?? at(machine, ['public_keys']);
  if (typeof keys === 'string') return numbered(keys.split('\n').filter((line) => line.trim() !== ''));
  if (isTree(keys)) {
    return Object.entries(keys).map(([name, key]) => [name, isTree(key) ? at(key, ['openssh-key']) : key] as const);
  }
  return numbered(Array.isArray(keys) ? keys : []);
}
