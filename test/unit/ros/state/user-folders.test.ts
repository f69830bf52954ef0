import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudConfig } from '../../../../overlays/ros/config/schema.ts';
import type { Service } from '../../../../overlays/ros/services/config.ts';
import { containerSpec, volumesOf } from '../../../../overlays/ros/services/container.ts';
import { userFolders } from '../../../../overlays/ros/state/user-folders.ts';

const folders = (volumes: readonly string[]) => userFolders({ rancher: { services: { 'user-volumes': { volumes } } } } as CloudConfig);

test('folders that a user adds to user-volumes are kept, with a source or without one', () => {
  assert.deepEqual(folders(['/home:/home', '/var/lib/kubelet:/var/lib/kubelet:shared', '/etc/kubernetes:/etc/kubernetes', '/var/openebs', '/data/:/data']), [
    '/etc/kubernetes',
    '/var/openebs',
    '/data',
  ]);
});

test('nothing of the kernel, of the release, of other disks or of memory is laid over from the state disk', () => {
  assert.deepEqual(folders(['/', '/etc:/etc', '/usr/share/x:/x', '/run/x', '/dev', '/mnt/disk:/mnt/disk', '/home/rancher:/x', '/a/../etc', 'named:/x', '/with space:/x', '/tmp/x']), []);
});

test('without a source, a folder of user-volumes is a folder of the machine, not a volume that goes with its container', () => {
  const services = new Map<string, Service>([
    ['user-volumes', { image: 'x', volumes: ['/var/openebs', '/home:/home'] }],
    ['other', { image: 'x', volumes: ['/anonymous'] }],
  ]);
  assert.deepEqual(volumesOf(services, 'user-volumes'), ['/var/openebs:/var/openebs', '/home:/home']);
  assert.deepEqual(volumesOf(services, 'other'), ['/anonymous']);
});

test('a console is the same one whatever user-volumes names: it mounts what it lacks', () => {
  const label = (volumes: readonly string[], own: readonly string[] = []) => {
    const console: Service = { image: 'x', volumes_from: ['user-volumes'], volumes: own };
    const services = new Map<string, Service>([
      ['user-volumes', { image: 'x', volumes }],
      ['console', console],
    ]);
    return containerSpec(services, 'console', console).Labels['io.rancher.os.spec'];
  };
  assert.equal(label(['/home:/home']), label(['/home:/home', '/etc/kubernetes:/etc/kubernetes']));
  assert.notEqual(label(['/home:/home']), label(['/home:/home'], ['/a:/a']));
});
