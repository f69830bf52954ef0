import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../../overlays/ros/config/sources.ts';
import { findServices } from '../../../../overlays/ros/services/config.ts';
import { type Machine, machine } from '../machine.ts';

const RELEASE = {
  '/usr/share/ros/os-config.yml': 'rancher: {services: {console: {image: "rancher/os-console:${VERSION}"}}}\n',
  '/usr/lib/os-release': 'VERSION="v1.5.9"\n',
};

const agent = (name: string, platform: string) => ({
  '/usr/share/ros/target.yml': `rancher: {services_include: {${name}: true}, services: {console: {image: "rancher/os-target:\${VERSION}"}}}\n`,
  [`/usr/share/ros/services/${name}.yml`]: `${name}: {image: "rancher/os-target:\${VERSION}", labels: {io.rancher.os.platform: ${platform}}}\n`,
});

const dmi = (vendor: string, product: string) => ({ '/sys/class/dmi/id/sys_vendor': `${vendor}\n`, '/sys/class/dmi/id/product_name': `${product}\n` });

const names = (system: Machine): string[] => {
  const { services, problems } = findServices(system, loadConfig(system).config);
  assert.deepEqual(problems, []);
  return [...services.keys()];
};

const PLACES: readonly (readonly [string, { readonly [path: string]: string }, readonly string[]])[] = [
  ['VMware', dmi('VMware, Inc.', 'VMware7,1'), ['vmware']],
  ['Hyper-V', dmi('Microsoft Corporation', 'Virtual Machine'), ['hyperv']],
  ['a laptop of the maker of Hyper-V', dmi('Microsoft Corporation', 'Surface Laptop'), []],
  ['plain QEMU', dmi('QEMU', 'Standard PC (Q35 + ICH9, 2009)'), []],
  ['a machine that says nothing about itself', {}, []],
];

for (const [place, files, at] of PLACES) {
  test(`on ${place} the agents that start are: ${at.join(', ') || 'none'}`, () => {
    const found = ['vmware', 'hyperv', 'somewhere-else'].filter((platform) => names(machine({ ...RELEASE, ...agent('agent', platform), ...files })).includes('agent'));
    assert.deepEqual(found, at);
  });
}

test('rancher.hypervisor_service: false keeps the agent out', () => {
  const files = { ...RELEASE, ...agent('agent', 'vmware'), ...dmi('VMware, Inc.', 'VMware7,1'), '/proc/cmdline': 'rancher.hypervisor_service=false\n' };
  assert.deepEqual(names(machine(files)), ['console']);
});

test("QEMU's agent starts where the machine has its port, which is looked for where there is a device that could have it", () => {
  for (const [status, expected] of [
    [0, ['console', 'agent']],
    [1, ['console']],
  ] as const) {
    const system = machine({ ...RELEASE, ...agent('agent', 'qemu-agent') }, { answer: ({ argv }) => (argv[2]?.includes('virtio-ports') ? { status, stdout: '' } : undefined) });
    assert.deepEqual(names(system).sort(), [...expected].sort());
  }
});

test("a target's configuration stands above the release's", () => {
  const system = machine({ ...RELEASE, ...agent('agent', 'vmware') });
  assert.equal(loadConfig(system).config.rancher?.services?.['console']?.image, 'rancher/os-target:v1.5.9');
});
