import type { BootCase, Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import type { MetadataService } from '../rig/metadata-service.ts';
import { KNOWN_KEY } from '../rig/ssh.ts';
import { DOCKER_RUNS } from './checks.ts';

/** A cloud gives a machine more room than the image has. */
const DISK_MIB = 12 * 1024;
const NAME = 'from-the-cloud';
const USER_DATA = '#cloud-config\nwrite_files:\n  - path: /opt/given\n    content: by the cloud\n';

/** What each of these machines must have made of what its cloud said, up to a container of its own. */
const CONFIGURED: readonly Check[] = [
  { sentence: 'the machine has the name that its cloud gave it', run: 'hostname', prints: new RegExp(`^${NAME}$`, 'm'), eventually: true },
  { sentence: 'user-data is applied', run: 'cat /opt/given', prints: /^by the cloud$/m, eventually: true },
  { sentence: 'a password lets nobody in', ssh: 'id -un', with: { password: 'rancher' }, isRefused: true },
  { sentence: 'the state has grown to the disk', run: 'df -BM --output=size /var/lib/rancher | tail -n 1', prints: /^ *1\d{4}M$/m, eventually: true },
  ...DOCKER_RUNS,
];

/** One published image as its cloud boots it. */
interface CloudCase extends Pick<BootCase, 'name' | 'firmware'>, Partial<Pick<BootCase, 'metadata' | 'configMedium' | 'makersWords' | 'networks' | 'runs'>> {
  readonly file: string;
  readonly bus: 'virtio' | 'scsi' | 'nvme' | 'ahci';
  readonly also?: readonly Check[];
}

function cloudTest({ file, bus, also = [], ...rest }: CloudCase): void {
  bootTest({
    runs: 'release',
    medium: 'disk',
    memoryMiB: 1024,
    login: 'ssh',
    disks: [{ name: 'boot', mebibytes: DISK_MIB, bus, holds: { type: 'published', file } }],
    ...rest,
    checks: [...CONFIGURED, ...also],
  });
}

/** Metadata by path as EC2 and those that speak like it have it. */
function tree(base: string, userData: string, name: string): { readonly [path: string]: string } {
  return {
    [`${base}/instance-id`]: 'i-1',
    [`${base}/${name}`]: NAME,
    [`${base}/public-keys/`]: '0=boot-test',
    [`${base}/public-keys/0/openssh-key`]: KNOWN_KEY.line,
    [userData]: USER_DATA,
  };
}

const CONFIG_DRIVE = {
  label: 'config-2',
  files: {
    'openstack/latest/meta_data.json': JSON.stringify({ hostname: NAME, public_keys: { mine: KNOWN_KEY.line } }),
    'openstack/latest/user_data': USER_DATA,
  },
};

cloudTest({
  name: 'the image for OpenStack boots under a BIOS and takes its config drive',
  runs: 'always',
  file: 'rancheros-openstack.img',
  firmware: 'bios',
  bus: 'virtio',
  configMedium: CONFIG_DRIVE,
});

cloudTest({
  name: 'the image for OpenStack boots under UEFI and asks the metadata service where there is no config drive',
  file: 'rancheros-openstack.img',
  firmware: 'uefi',
  bus: 'scsi',
  metadata: { answers: tree('/latest/meta-data', '/latest/user-data', 'hostname') },
});

cloudTest({
  // QEMU's network has no room for a server at the address that leases: what asks the virtual router is tested by unit tests alone.
  name: 'the image for CloudStack boots and takes its config drive',
  file: 'rancheros-cloudstack.img',
  firmware: 'bios',
  bus: 'virtio',
  configMedium: CONFIG_DRIVE,
});

cloudTest({
  name: 'the image for DigitalOcean boots and asks the metadata service',
  file: 'rancheros-digitalocean.img',
  firmware: 'bios',
  bus: 'virtio',
  metadata: { answers: { '/metadata/v1.json': JSON.stringify({ droplet_id: 1, hostname: NAME, public_keys: [KNOWN_KEY.line], user_data: USER_DATA }) } },
});

const GOOGLE: MetadataService = {
  answers: ({ path, headers }) => {
    if (headers['metadata-flavor'] !== 'Google') return { status: 403 };
    if (!path.startsWith('/computeMetadata/v1/?recursive=true')) return undefined;
    return JSON.stringify({ instance: { hostname: NAME, attributes: { 'ssh-keys': `rancher:${KNOWN_KEY.line}`, 'user-data': USER_DATA } }, project: { attributes: {} } });
  },
};

cloudTest({
  name: 'the archive for Google Compute Engine holds a disk that boots under UEFI from SCSI and asks the metadata service',
  file: 'rancheros-gce.tar.gz',
  firmware: 'uefi',
  bus: 'scsi',
  metadata: GOOGLE,
  also: [
    { sentence: 'packets of containers have the size that its networks carry', run: 'docker network inspect bridge; docker run --rm busybox:test cat /sys/class/net/eth0/mtu', prints: /^1460$/m },
  ],
});

cloudTest({
  name: 'the VHD for Alibaba Cloud boots under a BIOS and asks the metadata service',
  file: 'rancheros-aliyun.vhd',
  firmware: 'bios',
  bus: 'virtio',
  metadata: { address: '100.100.100.200', answers: tree('/2016-01-01/meta-data', '/2016-01-01/user-data', 'hostname') },
});

const TOKEN = 'token-of-this-boot';
const EC2: MetadataService = {
  answers: ({ method, path, headers }) => {
    if (method === 'PUT' && path === '/latest/api/token') return TOKEN;
    if (headers['x-aws-ec2-metadata-token'] !== TOKEN) return { status: 401 };
    return tree('/latest/meta-data', '/latest/user-data', 'hostname')[path];
  },
};

cloudTest({
  name: 'the disk for Amazon EC2 boots under UEFI from NVMe and asks the metadata service with a token',
  file: 'rancheros-aws.raw.zst',
  firmware: 'uefi',
  bus: 'nvme',
  metadata: EC2,
});

const GOAL_STATE = '<GoalState><Incarnation>1</Incarnation><Container><ContainerId>container-1</ContainerId><InstanceId>instance-1</InstanceId></Container></GoalState>';

const AZURE: MetadataService = {
  also: ['168.63.129.16'],
  answers: ({ method, path, headers }) => {
    if (headers['x-ms-version'] !== undefined) return `${method} ${path}` === 'GET /machine?comp=goalstate' ? GOAL_STATE : method === 'POST' ? '' : undefined;
    if (headers['metadata'] !== 'true' || !path.startsWith('/metadata/instance?')) return undefined;
    return JSON.stringify({ compute: { name: NAME, osProfile: { computerName: NAME }, publicKeys: [{ keyData: KNOWN_KEY.line, path: '/home/rancher/.ssh/authorized_keys' }] } });
  },
};

const OVF_ENV = `<?xml version="1.0" encoding="utf-8"?>
<Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" xmlns:wa="http://schemas.microsoft.com/windowsazure">
  <wa:ProvisioningSection><wa:Version>1.0</wa:Version>
    <LinuxProvisioningConfigurationSet xmlns="http://schemas.microsoft.com/windowsazure">
      <ConfigurationSetType>LinuxProvisioningConfiguration</ConfigurationSetType>
      <HostName>${NAME}</HostName><UserName>rancher</UserName>
      <CustomData>${Buffer.from(USER_DATA).toString('base64')}</CustomData>
    </LinuxProvisioningConfigurationSet>
  </wa:ProvisioningSection>
</Environment>
`;

cloudTest({
  name: 'the fixed VHD for Azure boots under a BIOS and joins what the provisioning CD and the metadata service say',
  file: 'rancheros-azure.vhd.zst',
  firmware: 'bios',
  bus: 'ahci',
  metadata: AZURE,
  // Both of Azure's addresses in one network.
  networks: [{ range: '168.0.0.0/7' }],
  // Azure writes UDF; the same file on ISO 9660 is what can be made here.
  configMedium: { label: 'rd_rdfe', files: { 'ovf-env.xml': OVF_ENV } },
  also: [
    {
      sentence: 'Azure is told that the machine is ready',
      metadataAsked: /^POST \/machine\?comp=health\n[\s\S]*<ContainerId>container-1<\/ContainerId>[\s\S]*<InstanceId>instance-1<\/InstanceId><Health><State>Ready<\/State>/m,
    },
  ],
});
