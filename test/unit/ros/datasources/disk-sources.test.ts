import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { askOne, type Outcome } from '../../../../overlays/ros/datasources/ask-sources.ts';
import { wantedSources } from '../../../../overlays/ros/datasources/catalogue.ts';
import { needsCloudInit } from '../../../../overlays/ros/datasources/cloud-init-service.ts';
import type { Found } from '../../../../overlays/ros/datasources/datasource.ts';
import type { Command, Result } from '../../../../overlays/ros/runtime/system.ts';
import { type Machine, machine } from '../machine.ts';

// Folders stand for disks, and copying for mounting; boot tests have real ones.

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJm4CWWyk1rHc7SPX3YJMRZ4RzQ2bN1XG8cTqVfW7m2U me@here';
const CONFIG = '#cloud-config\nhostname: given\n';

interface Disk {
  readonly label: string;
  readonly type: string;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

interface WithDisks {
  readonly disks?: readonly Disk[];
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly answer?: (command: Command) => Result | undefined;
}

function withDisks({ disks = [], files = {}, answer }: WithDisks): Machine {
  const content = Object.fromEntries(disks.flatMap((disk, index) => Object.entries(disk.files).map(([path, text]) => [`/disks/${index}/${path}`, text] as const)));
  const on: Machine = machine(
    { ...content, ...files },
    {
      answer: (command) => {
        const given = answer?.(command);
        if (given !== undefined) return given;
        // Whatever may hang has a limit.
        const [program, ...words] = command.argv[0] === 'timeout' ? command.argv.slice(4) : command.argv;
        if (program === 'blkid') return { status: 0, stdout: disks.map(({ label, type }, index) => `/dev/sr${index}: LABEL="${label}" TYPE="${type}"\n`).join('') };
        const folder = join(on.root, words.at(-1) ?? '');
        if (program === 'mount') {
          assert.match(words.join(' '), /-o ro,nosuid,nodev,noexec/);
          cpSync(join(on.root, 'disks', String(words.at(-2)?.replace('/dev/sr', ''))), folder, { recursive: true });
          return { status: 0, stdout: '' };
        }
        if (program !== 'umount') return undefined;
        for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
        return { status: 0, stdout: '' };
      },
    },
  );
  return on;
}

function ask(source: string, given: WithDisks): Outcome {
  const on = withDisks(given);
  const [wanted] = wantedSources(on, { rancher: { cloud_init: { datasources: [source] } } }).wanted;
  assert.ok(wanted);
  const outcome = askOne(on, wanted, 10_000, () => 'http://127.0.0.1:9/');
  const work = join(on.root, 'run/ros/cloud-init');
  for (const folder of (given.disks ?? []).length > 0 ? readdirSync(work) : []) {
    assert.deepEqual(readdirSync(join(work, folder)), [], 'nothing stays mounted');
  }
  return outcome;
}

const DRIVE = {
  'openstack/latest/meta_data.json': JSON.stringify({ uuid: 'x', hostname: 'drive.novalocal', public_keys: { mine: KEY } }),
  'openstack/latest/user_data': CONFIG,
};
const NETWORK_DATA = {
  links: [{ id: 'tap1', type: 'phy', ethernet_mac_address: 'FA:16:3E:00:00:01', mtu: 1450 }],
  networks: [{ link: 'tap1', type: 'ipv4', ip_address: '10.0.0.5', netmask: '255.255.255.0', routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '10.0.0.1' }] }],
  services: [{ type: 'dns', address: '10.0.0.2' }],
};
const PROXMOX_NETWORK = `version: 1
config:
    - type: physical
      name: eth0
      mac_address: 'bc:24:11:00:00:01'
      subnets:
      - type: static
        address: '192.168.1.7'
        netmask: '255.255.255.0'
        gateway: '192.168.1.1'
    - type: nameserver
      address:
      - '192.168.1.1'
      search:
      - 'lan'
`;
const CIDATA_FOUND = {
  metadata: { publicKeys: { '000': KEY }, hostname: 'vm' },
  problems: [],
  userData: CONFIG,
};
const OVF = `<ns0:Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" xmlns:ns1="http://schemas.microsoft.com/windowsazure"><ns1:ProvisioningSection><ns1:LinuxProvisioningConfigurationSet>
<ns1:HostName>azur</ns1:HostName><ns1:UserName>me</ns1:UserName><ns1:UserPassword>never read</ns1:UserPassword>
<ns1:CustomData>${Buffer.from(CONFIG).toString('base64')}</ns1:CustomData><ns1:SSH><ns1:PublicKeys><ns1:PublicKey><ns1:Value>${KEY}</ns1:Value></ns1:PublicKey></ns1:PublicKeys></ns1:SSH>
</ns1:LinuxProvisioningConfigurationSet></ns1:ProvisioningSection></ns0:Environment>`;

const FOUND: readonly (WithDisks & { readonly sentence: string; readonly source: string; readonly is: Found })[] = [
  {
    sentence: 'a config drive, with its network',
    source: 'configdrive',
    disks: [{ label: 'config-2', type: 'iso9660', files: { ...DRIVE, 'openstack/latest/network_data.json': JSON.stringify(NETWORK_DATA) } }],
    is: {
      metadata: { publicKeys: { mine: KEY }, hostname: 'drive.novalocal' },
      problems: [],
      userData: CONFIG,
      network: {
        interfaces: { 'mac:fa:16:3e:00:00:01': { match: 'mac:fa:16:3e:00:00:01', dhcp: false, addresses: ['10.0.0.5/24'], gateway: '10.0.0.1', mtu: 1450 } },
        dns: { nameservers: ['10.0.0.2'] },
      },
    },
  },
  {
    sentence: 'a config drive with broken parts, of which the others count',
    source: 'configdrive',
    disks: [
      {
        label: 'CONFIG-2',
        type: 'vfat',
        files: { 'openstack/latest/meta_data.json': '{', 'openstack/latest/user_data': gzipSync(CONFIG), 'openstack/latest/network_data.json': '{"links":[{"type":"vlan"}]}' },
      },
    ],
    is: {
      metadata: { publicKeys: {} },
      problems: ['openstack/latest/meta_data.json is not JSON.', 'network_data.json has a vlan, which is not taken over.'],
      userData: CONFIG,
    },
  },
  {
    sentence: 'a config drive that somebody has mounted, as RancherOS 1 named its place',
    source: 'configdrive:/media/elsewhere',
    files: Object.fromEntries(Object.entries(DRIVE).map(([path, text]) => [`/media/elsewhere/${path}`, text])),
    is: { metadata: { publicKeys: { mine: KEY }, hostname: 'drive.novalocal' }, problems: [], userData: CONFIG },
  },
  {
    sentence: "Proxmox's disk for NoCloud, with its network",
    source: 'nocloud',
    disks: [
      { label: 'other', type: 'ext4', files: {} },
      {
        label: 'cidata',
        type: 'iso9660',
        files: { 'meta-data': `instance-id: 1\nlocal-hostname: vm\npublic-keys: [${JSON.stringify(KEY)}]\n`, 'user-data': CONFIG, 'network-config': PROXMOX_NETWORK },
      },
    ],
    is: {
      ...CIDATA_FOUND,
      network: {
        interfaces: { 'mac:bc:24:11:00:00:01': { match: 'mac:bc:24:11:00:00:01', dhcp: false, addresses: ['192.168.1.7/24'], gateway: '192.168.1.1' } },
        dns: { nameservers: ['192.168.1.1'], search: ['lan'] },
      },
    },
  },
  {
    sentence: 'a disk for NoCloud with a network of the second format',
    source: 'proxmox',
    disks: [
      {
        label: 'CIDATA',
        type: 'vfat',
        files: {
          'meta-data': `{"hostname": "vm", "public-keys": {"000": {"openssh-key": "${KEY}"}}}`,
          'user-data': CONFIG,
          'network-config':
            'network:\n  version: 2\n  ethernets:\n    eth0: {addresses: [10.1.1.2/24], routes: [{to: default, via: 10.1.1.1}], nameservers: {addresses: [10.1.1.1]}}\n    eth1: {dhcp4: true}\n',
        },
      },
    ],
    is: {
      ...CIDATA_FOUND,
      network: { interfaces: { eth0: { dhcp: false, addresses: ['10.1.1.2/24'], gateway: '10.1.1.1' }, eth1: { dhcp: true } }, dns: { nameservers: ['10.1.1.1'] } },
    },
  },
  {
    sentence: 'a folder for NoCloud',
    source: 'nocloud:/seed',
    files: { '/seed/meta-data': `public-keys: "${KEY}"\nlocal-hostname: vm\n`, '/seed/user-data': CONFIG },
    is: CIDATA_FOUND,
  },
  {
    sentence: "Azure's provisioning CD, while nobody answers over the network",
    source: 'azure',
    disks: [{ label: 'rd_rdfe', type: 'udf', files: { 'ovf-env.xml': OVF } }],
    files: { '/proc/net/route': 'Iface\nlo\n' },
    is: {
      metadata: { publicKeys: { '000': KEY }, hostname: 'azur' },
      problems: ['169.254.169.254 cannot be reached (there is no address yet); the provisioning CD counts alone.'],
      userData: CONFIG,
      isPartial: true,
    },
  },
];
for (const { sentence, source, is, ...given } of FOUND) {
  test(`found: ${sentence}`, () => {
    const outcome = ask(source, given);
    assert.deepEqual(outcome.state === 'found' ? outcome.found : outcome, is);
  });
}

const FAILED: readonly (WithDisks & { readonly sentence: string; readonly source: string; readonly says: RegExp })[] = [
  { sentence: 'there is no config drive', source: 'configdrive', says: /no disk with the label config-2/ },
  { sentence: 'the config drive is empty', source: 'configdrive', disks: [{ label: 'config-2', type: 'vfat', files: { x: '' } }], says: /neither openstack\/latest\/meta_data.json nor user_data/ },
  {
    sentence: 'user-data of a disk is no text',
    source: 'nocloud',
    disks: [{ label: 'cidata', type: 'vfat', files: { 'user-data': Uint8Array.of(0, 200, 201) } }],
    says: /user-data of the disk cidata is no text/,
  },
  { sentence: 'user-data of a disk is too large', source: 'nocloud', disks: [{ label: 'cidata', type: 'vfat', files: { 'user-data': '#'.repeat(300 * 1024) } }], says: /more than 262144 bytes/ },
  { sentence: 'a file does not exist', source: 'file:/nowhere', says: /\/nowhere does not exist/ },
  { sentence: "none of VMware's programs is there", source: 'vmware', answer: ({ argv }) => (argv[0] === 'sh' ? { status: 127, stdout: '' } : undefined), says: /neither vmware-rpctool nor vmtoolsd/ },
];
for (const { sentence, source, says, ...given } of FAILED) {
  test(`it is said when ${sentence}`, () => {
    const outcome = ask(source, given);
    assert.match(outcome.state === 'failed' ? outcome.reason : JSON.stringify(outcome), says);
  });
}

/** Stands for vmware-rpctool. */
const guestInfo =
  (values: Readonly<Record<string, string>>): NonNullable<WithDisks['answer']> =>
  ({ argv }) => {
    if (argv[0] === 'sh' && argv.at(-1) === 'vmware-rpctool') return { status: 0, stdout: '' };
    if (argv[0] !== 'vmware-rpctool') return undefined;
    const value = values[argv[1]?.replace('info-get guestinfo.', '') ?? ''];
    return value === undefined ? { status: 1, stdout: 'No value found\n' } : { status: 0, stdout: `${value}\n` };
  };
const PACKED = Buffer.from(gzipSync(CONFIG)).toString('base64');
const VMWARE: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["cloud-init's variables", { userdata: PACKED, 'userdata.encoding': 'gzip+base64', metadata: `local-hostname: vm\npublic-keys-data: ${KEY}\n` }],
  ["RancherOS 1's variables", { 'cloud-init.config.data': Buffer.from(CONFIG).toString('base64'), 'cloud-init.data.encoding': 'base64', hostname: 'vm', metadata: `{"public-keys": ["${KEY}"]}` }],
  [
    'an OVF environment',
    {
      ovfEnv: `<Environment><PropertySection><Property oe:key="hostname" oe:value="vm"/><Property oe:key="public-keys" oe:value="${KEY}"/><Property oe:key="user-data" oe:value="${Buffer.from(CONFIG).toString('base64')}"/></PropertySection></Environment>`,
    },
  ],
];
for (const [sentence, values] of VMWARE) {
  test(`found: VMware's guestinfo as ${sentence}`, () => {
    const outcome = ask('vmware', { answer: guestInfo(values) });
    assert.deepEqual(outcome.state === 'found' ? outcome.found : outcome, CIDATA_FOUND);
  });
}

test('VMware without anything handed in is no datasource', () => {
  const outcome = ask('vmware', { answer: guestInfo({ userdata: '---' }) });
  assert.match(outcome.state === 'failed' ? outcome.reason : '', /hands in no guestinfo/);
});

const NEEDS: readonly (WithDisks & { readonly sentence: string; readonly sources: readonly string[]; readonly is: boolean })[] = [
  { sentence: 'none is configured', sources: [], is: false },
  { sentence: 'only disks are, and there is none', sources: ['configdrive', 'nocloud'], disks: [{ label: 'RANCHER_STATE', type: 'ext4', files: {} }], is: false },
  { sentence: 'only disks are, and one is there', sources: ['configdrive', 'nocloud'], disks: [{ label: 'cidata', type: 'vfat', files: {} }], is: true },
  { sentence: 'a folder is, which is there', sources: ['nocloud:/seed'], files: { '/seed/user-data': '' }, is: true },
  { sentence: 'one over the network is', sources: ['configdrive', 'ec2'], is: true },
  { sentence: 'a name is that no datasource has, which has to be told', sources: ['ecc2'], is: true },
];
for (const { sentence, sources, is, ...given } of NEEDS) {
  test(`datasources are ${is ? 'asked' : 'not asked'} when ${sentence}`, () => {
    const on = withDisks({ ...given, files: { ...given.files, '/run/rancher/medium/rancheros/layers': '' } });
    assert.equal(needsCloudInit(on, { rancher: { cloud_init: { datasources: sources } } }), is);
  });
}
