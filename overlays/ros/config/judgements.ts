import { unknownDatasource } from './datasource-names.ts';
import { goneConsole, goneService } from './gone-names.ts';
import type { Judgement, Verdict } from './judge.ts';
import { COMMAND_JUDGEMENTS } from './judge-commands.ts';
import { DOCKER_JUDGEMENTS } from './judge-docker.ts';
import { FILE_JUDGEMENTS } from './judge-files.ts';
import { NETWORK_JUDGEMENTS } from './judge-network.ts';
import { SERVICE_JUDGEMENTS } from './judge-services.ts';
import { at, type Tree } from './merge.ts';
import { nameOf } from './problem.ts';
import { keyError } from './public-keys.ts';

const console: Judgement = {
  at: 'rancher.console',
  judge(name) {
    const gone = goneConsole(String(name));
    // A console of that name may have been enabled here.
    return gone === undefined ? undefined : { ...gone, unless: `/var/lib/rancher/consoles/${String(name)}.yml` };
  },
};

const service: Judgement = {
  at: 'rancher.services_include.*',
  judge: (isOn, path, whole) =>
    // A catalogue of the user's may have one of that name.
    isOn === true && at(whole, ['rancher', 'repositories']) === undefined
      ? (goneService(String(path.at(-1))) ?? zfs(String(path.at(-1)), whole))
      : undefined,
};

/** The one service of the catalogue that cannot work as it is offered. */
function zfs(name: string, whole: Tree): Verdict | undefined {
  if (name !== 'zfs' || at(whole, ['rancher', 'services', 'zfs', 'image']) !== undefined) return undefined;
  const message = 'The service zfs: its image knows only kernels of RancherOS 1.';
  return { message, hint: 'Set an image of your own in rancher.services.zfs.image.' };
}

const datasource: Judgement = {
  at: 'rancher.cloud_init.datasources.*',
  judge: (entry) => unknownDatasource(String(entry)),
};

const key: Judgement = {
  at: 'ssh_authorized_keys.*',
  judge(item, path) {
    const error = keyError(String(item));
    if (error === undefined) return undefined;
    const name = nameOf(path);
    const message = `${name.charAt(0).toUpperCase()}${name.slice(1)} ${error.why}, so it lets nobody in.`;
    return { message, hint: error.hint };
  },
};

/** All that the schema allows, because RancherOS 1 did, and that cannot work here. Beside the schema, this is the list to add to. */
export const JUDGEMENTS: readonly Judgement[] = [
  key,
  console,
  service,
  datasource,
  ...SERVICE_JUDGEMENTS,
  ...NETWORK_JUDGEMENTS,
  ...FILE_JUDGEMENTS,
  ...COMMAND_JUDGEMENTS,
  ...DOCKER_JUDGEMENTS,
];
