import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { systemImages } from '../../../../pipeline/recipes/system.ts';
import { projectFolder } from '../../../rig/project.ts';

interface Shipped {
  readonly rancher?: { readonly services?: Readonly<Record<string, { readonly image?: string }>> };
}

const overlays = join(projectFolder, 'overlays');
const FILES = [['system', 'usr/share/ros/os-config.yml'], ...readdirSync(overlays).map((name) => [name, 'usr/share/ros/target.yml'])].filter(([name = '', file = '']) =>
  existsSync(join(overlays, name, file)),
);

const networks = FILES.flatMap(([name = '', file = '']) => {
  const { rancher } = parse(readFileSync(join(overlays, name, file), 'utf8')) as Shipped;
  const image = rancher?.services?.['network']?.image;
  return image === undefined ? [] : [{ name, image }];
});

test('the release and each target that has an image of its own for the network are looked at', () => {
  assert.deepEqual(
    networks.map(({ name }) => name),
    ['system', '4glte', 'raspberry-pi'],
  );
});

for (const { name, image } of networks) {
  test(`the network of ${name} has iptables and ethtool for the commands of its interfaces, as in RancherOS 1`, () => {
    const images = systemImages(name === 'system' ? undefined : name);
    const own = images.find((each) => image === `rancher/${each.name}:\${VERSION}`);
    // iptables is part of the engine's packages, ethtool of the base's.
    assert.deepEqual(own?.layers.slice(0, 2), ['base', 'engine']);
  });
}
