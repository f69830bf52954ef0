import { at, isTree, type Tree } from '../config/merge.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { Failure, type System } from '../runtime/system.ts';
import type { Datasource, Found } from './datasource.ts';
import { type Looked, lookAt, lookedAt, sharedTags, type Volume, volumes } from './disk.ts';
import { networkOfOpenstack } from './network-data.ts';
import { checkedMetadata, jsonOf, numbered } from './values.ts';

const LABEL = 'config-2';
const FOLDER = 'openstack/latest';

/** OpenStack's drive, as many others make it too; or a folder that the hypervisor shares under the same name. */
export const configdrive: Datasource = {
  name: 'configdrive',
  needs: 'disk',
  ask: ({ system, argument }) => {
    const drive = configDrive(system, volumes(system));
    if (drive !== undefined) return lookAt(system, drive, read);
    // It may be mounted already, or its files may have been copied there.
    const files = lookedAt(system, argument ?? `/media/${LABEL}`);
    if ([`${FOLDER}/meta_data.json`, `${FOLDER}/user_data`].some((path) => files.isThere(path))) return read(files);
    throw new Failure(`there is no disk with the label ${LABEL}`);
  },
};

/** The drive, if the machine has one. */
export function configDrive(system: System, there: readonly Volume[]): Volume | undefined {
  const disk = there.find(({ label, type }) => label.toLowerCase() === LABEL && type !== '');
  if (disk !== undefined) return disk;
  return sharedTags(system).includes(LABEL) ? { device: LABEL, label: LABEL, type: '9p' } : undefined;
}

function read(files: Looked): Found {
  const problems: string[] = [];
  const text = orProblem(problems, () => files.read(`${FOLDER}/meta_data.json`));
  const userData = orProblem(problems, () => files.userData(`${FOLDER}/user_data`, `${FOLDER}/user_data`));
  if (text === undefined && userData === undefined) {
    throw new Failure(
      problems.join(' ').replace(/\.$/, '') || `the disk ${LABEL} has neither ${FOLDER}/meta_data.json nor user_data`,
    );
  }
  const machine = orProblem(problems, () => (text === undefined ? {} : jsonOf(text, `${FOLDER}/meta_data.json`)));
  const checked = checkedMetadata({
    hostname: at(machine, ['hostname']) ?? at(machine, ['name']),
    keys: keysOf(machine ?? {}),
  });
  const planned = orProblem(problems, () => {
    const plan = files.read(`${FOLDER}/network_data.json`);
    return plan === undefined ? undefined : networkOfOpenstack(jsonOf(plan, `${FOLDER}/network_data.json`));
  });
  const { network } = planned ?? {};
  return {
    metadata: checked.metadata,
    problems: [...problems, ...checked.problems, ...(planned?.problems ?? []).map((each) => `${each}.`)],
    ...(userData === undefined ? {} : { userData }),
    ...(network === undefined ? {} : { network }),
  };
}

/** A broken file affects only its own content. */
export function orProblem<T>(problems: string[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    problems.push(`${sentenceOf(error)}.`);
    return undefined;
  }
}

function keysOf(machine: Tree): readonly (readonly [string, unknown])[] {
  const keys = at(machine, ['public_keys']);
  if (isTree(keys)) return Object.entries(keys);
  return numbered(Array.isArray(keys) ? keys : []);
}
