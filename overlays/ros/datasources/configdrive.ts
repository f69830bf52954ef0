import { at, isTree, type Tree } from '../config/merge.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { Failure, type System } from '../runtime/system.ts';
import type { Datasource, Found } from './datasource.ts';
import { type Looked, lookAt, lookedAt, sharedTags, type Volume, volumes } from './disk.ts';
import { networkOfOpenstack } from './network-data.ts';
import { userDataIn } from './unpack.ts';
import { checkedMetadata, jsonOf, numbered, textAt } from './values.ts';

const LABEL = 'config-2';
const FOLDER = 'openstack/latest';

/** OpenStack's drive, as many others make it too; or a folder that the hypervisor shares under the same name. */
export const configdrive: Datasource = {
  name: 'configdrive',
  needs: 'disk',
  ask: ({ system, argument }) => {
    const drive = configDrive(system, volumes(system));
    if (drive !== undefined) return lookAt(system, drive, (files) => read(system, files));
    // Somebody may have mounted it, or have put the files there.
    const files = lookedAt(system, argument ?? `/media/${LABEL}`);
    if (files.read(`${FOLDER}/meta_data.json`) !== undefined || files.read(`${FOLDER}/user_data`) !== undefined) {
      return read(system, files);
    }
    throw new Failure(`there is no disk with the label ${LABEL}`);
  },
};

/** The drive, if the machine has one. */
export function configDrive(system: System, there: readonly Volume[]): Volume | undefined {
  const disk = there.find(({ label, type }) => label.toLowerCase() === LABEL && type !== '');
  if (disk !== undefined) return disk;
  return sharedTags(system).includes(LABEL) ? { device: LABEL, label: LABEL, type: '9p' } : undefined;
}

function read(system: System, files: Looked): Found {
  const text = files.read(`${FOLDER}/meta_data.json`);
  const userData = userDataIn(system, files.place(`${FOLDER}/user_data`), `${FOLDER}/user_data`);
  if (text === undefined && userData === undefined) {
    throw new Failure(`the disk ${LABEL} has neither ${FOLDER}/meta_data.json nor user_data`);
  }
  const problems: string[] = [];
  const machine = orProblem(problems, () => (text === undefined ? {} : jsonOf(text, `${FOLDER}/meta_data.json`)));
  const checked = checkedMetadata({
    hostname: textAt(machine, 'hostname') ?? textAt(machine, 'name'),
    keys: keysOf(machine ?? {}),
  });
  const plan = files.read(`${FOLDER}/network_data.json`);
  const network = orProblem(problems, () =>
    plan === undefined ? undefined : networkOfOpenstack(jsonOf(plan, `${FOLDER}/network_data.json`)),
  );
  return {
    metadata: checked.metadata,
    problems: [...problems, ...checked.problems],
    ...(userData === undefined ? {} : { userData }),
    ...(network === undefined ? {} : { network }),
  };
}

/** One broken file of a disk costs only what stands in it. */
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
