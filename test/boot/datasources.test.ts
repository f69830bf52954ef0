import type { Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import type { MetadataAnswer, MetadataService } from '../rig/metadata-service.ts';
import { KNOWN_KEY } from '../rig/ssh.ts';

/** Asks other datasources than at the start, and says what came of it. */
const ask = (sources: string) => `sudo ros config set rancher.cloud_init.datasources '${sources}' && sudo ros cloud-init; sudo ros cloud-init status`;
const gave = (name: string, sources: string): Check => ({
  sentence: `${name} configures the machine`,
  run: ask(sources),
  prints: new RegExp(`^${name} gave the configuration`, 'm'),
  // The network may still be on its way.
  eventually: true,
  deadlineSeconds: 90,
});
const holds = (from: string): Check => ({
  sentence: `what ${from} said holds`,
  run: 'sudo ros config get rancher.environment.FROM; hostname',
  prints: new RegExp(`^${from}\nfrom-${from}$`, 'm'),
  eventually: true,
});
const userData = (from: string) => `#cloud-config\nrancher: {environment: {FROM: ${from}}}\n`;

/** What Azure's provisioning CD holds (Open Virtualization Format's environment, with Azure's own section). */
const OVF_ENVIRONMENT = `<?xml version="1.0" encoding="utf-8"?>
<Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" xmlns:wa="http://schemas.microsoft.com/windowsazure">
  <wa:ProvisioningSection><wa:Version>1.0</wa:Version>
    <LinuxProvisioningConfigurationSet xmlns="http://schemas.microsoft.com/windowsazure">
      <ConfigurationSetType>LinuxProvisioningConfiguration</ConfigurationSetType>
      <HostName>from-azure</HostName><UserName>rancher</UserName>
      <CustomData>${Buffer.from(userData('azure')).toString('base64')}</CustomData>
    </LinuxProvisioningConfigurationSet>
  </wa:ProvisioningSection>
</Environment>
`;

bootTest({
  name: 'one machine asks Exoscale, Azure’s provisioning CD, a seed of NoCloud, a URL, a file and a way out, one after the other',
  runs: 'release',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  configMedium: { label: 'rd_rdfe_stable', files: { 'ovf-env.xml': OVF_ENVIRONMENT } },
  metadata: {
    answers: {
      '/1.0/meta-data/instance-id': '5f1c8d2e-0000-4000-8000-000000000001',
      '/1.0/meta-data/local-hostname': 'from-exoscale',
      '/1.0/meta-data/public-keys/': KNOWN_KEY.line,
      '/1.0/user-data': userData('exoscale'),
      '/given.yml': `${userData('url')}hostname: from-url\n`,
      '/latest/meta-data/instance-id': 'i-2-3-VM',
      '/latest/meta-data/local-hostname': 'from-cloudstack',
      '/latest/user-data': userData('cloudstack'),
    },
  },
  checks: [
    { sentence: 'a machine to which none of its datasources speaks starts', run: 'ls /run/console-done', eventually: true, deadlineSeconds: 120 },
    { sentence: 'everybody may ping', run: 'cat /proc/sys/net/ipv4/ping_group_range; ping -c 1 -W 5 127.0.0.1 | grep -c "1 received"', prints: /^0\s+2147483647\n1$/m },
    gave('exoscale', '[exoscale]'),
    holds('exoscale'),
    { sentence: 'its key lets its owner in', ssh: 'id -un', prints: /^rancher$/m, eventually: true },
    { sentence: 'another key does not, nor does a password', ssh: 'id -un', with: { password: 'rancher' }, isRefused: true },
    gave('azure', '[azure]'),
    holds('azure'),
    { sentence: 'it is told that the service of Azure is missing', run: 'sudo ros config validate --all || true', prints: /the provisioning CD counts alone/ },
    {
      sentence: 'a folder stands for a disk of NoCloud',
      run: `sudo mkdir -p /var/lib/rancher/seed && printf 'instance-id: 1\\nlocal-hostname: from-nocloud\\n' | sudo tee /var/lib/rancher/seed/meta-data >/dev/null; printf '%s' '${userData('nocloud').replaceAll('\n', '\\n')}' | sed 's/\\\\n/\\n/g' | sudo tee /var/lib/rancher/seed/user-data`,
      prints: /FROM: nocloud/,
    },
    gave('nocloud', '["nocloud:/var/lib/rancher/seed"]'),
    holds('nocloud'),
    gave('url', '["url:http://169.254.169.254/given.yml"]'),
    holds('url'),
    {
      sentence: 'user-data may be a file too',
      run: `printf '#cloud-config\nhostname: from-file\nrancher: {environment: {FROM: file}}\n' | sudo tee /var/lib/rancher/given.yml >/dev/null`,
    },
    gave('file', '["file:/var/lib/rancher/given.yml"]'),
    holds('file'),
    // QEMU lets nobody answer at the address that leased the guest's: a router of CloudStack's is shown as the way out, without a lease.
    {
      sentence: 'the machine is given an address by hand',
      run: 'sudo dhcpcd -x eth0; sleep 1; sudo ip address replace 169.254.0.15/16 dev eth0 && sudo ip route replace default via 169.254.169.254 && ip route',
      prints: /^default via 169\.254\.169\.254/m,
    },
    gave('cloudstack', '[cloudstack]'),
    holds('cloudstack'),
  ],
});

bootTest({
  name: 'an address on the kernel command line names the user-data, before all datasources',
  runs: 'release',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  append: 'cloud-config-url=http://169.254.169.254/line.yml rancher.cloud_init.datasources=[exoscale]',
  metadata: { answers: { '/line.yml': `${userData('cmdline')}hostname: from-cmdline\n`, '/1.0/meta-data/instance-id': '1', '/1.0/user-data': userData('exoscale') } },
  checks: [
    { sentence: 'it is told where the configuration came from', run: 'sudo ros cloud-init status', prints: /^cmdline gave the configuration/m, eventually: true, deadlineSeconds: 120 },
    holds('cmdline'),
  ],
});

bootTest({
  name: 'a machine without any network starts, says so, and waits for nobody',
  runs: 'release',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  networks: [],
  append: 'rancher.cloud_init.datasources=[ec2,gce] rancher.shutdown_timeout=62 cc.hostname=alone',
  checks: [
    { sentence: 'the banner says that there is no address', shows: /Addresses: none yet/ },
    { sentence: 'the machine has the name of the kernel command line', run: 'hostname', prints: /^alone$/m, eventually: true },
    { sentence: 'docker answers', run: 'docker version -f "{{.Server.Version}}"', prints: /^\d+\./m, eventually: true, deadlineSeconds: 120 },
    { sentence: 'it is told that no datasource answered', run: 'sudo ros cloud-init status', prints: /^No datasource gave anything/m, eventually: true },
    { sentence: 'the console is prepared', run: 'ls /run/console-done', eventually: true },
    {
      sentence: 'the command line beats a cloud-config',
      run: 'sudo ros config set rancher.shutdown_timeout 63; sudo ros config get rancher.shutdown_timeout',
      prints: /^62$/m,
    },
    { sentence: 'no service has failed', run: 'sudo system-docker ps -a --filter status=restarting -q | grep -c . || true', prints: /^0$/m },
  ],
});

/** A metadata service that refuses everything until the machine itself calls for it. */
function comesWhenCalled(answers: Readonly<Record<string, MetadataAnswer>>): MetadataService {
  let isThere = false;
  return {
    answers: ({ path }) => {
      if (path === '/come') isThere = true;
      return isThere ? (answers[path] ?? (path === '/come' ? 'coming' : undefined)) : { status: 503 };
    },
  };
}

const LATE = `#cloud-config
write_files:
  - {path: /opt/late/file, content: written late}
mounts:
  - [tmpfs, /mnt/late, tmpfs, "size=1m"]
runcmd:
  - echo ran >>/run/late-ran
  - cp /opt/late/file /run/late-file-was-there
rancher:
  sysctl: {net.core.somaxconn: 1234}
`;
const COUNT = 'cat /run/late-ran; grep -c . /run/late-ran';

bootTest({
  name: 'a metadata service that comes a minute after the console and Docker is applied when it comes, once',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  append: 'rancher.cloud_init.datasources=[exoscale]',
  metadata: comesWhenCalled({
    '/1.0/meta-data/instance-id': 'i-late',
    '/1.0/meta-data/local-hostname': 'from-late',
    '/1.0/meta-data/public-keys/': KNOWN_KEY.line,
    '/1.0/user-data': LATE,
  }),
  checks: [
    { sentence: 'the console is prepared without the service', run: 'ls /run/console-done', eventually: true, deadlineSeconds: 120 },
    { sentence: 'docker answers', run: 'docker version -f "{{.Server.Version}}"', prints: /^\d+\./m, eventually: true, deadlineSeconds: 120 },
    { sentence: 'somebody at the console is told who is still asked', shows: /No datasource gave a configuration \(exoscale: .*goes on asking in the background: exoscale/ },
    { sentence: 'so is whoever asks', run: 'sudo ros cloud-init status', prints: /^Still being asked, .*: exoscale\.$/m, eventually: true },
    { sentence: 'nothing of it is there yet', run: 'hostname; ls /opt/late /run/late-ran 2>&1', exits: 2, prints: /^rancher$/m },
    { sentence: 'a key lets nobody in yet', ssh: 'id -un', isRefused: true },
    { sentence: 'the service comes after a while', run: 'sleep 45; curl -s http://169.254.169.254/come', prints: /^coming$/m },
    { sentence: 'the machine takes its name', run: 'hostname', prints: /^from-late$/m, eventually: true, deadlineSeconds: 120 },
    { sentence: 'the file is written', run: 'cat /opt/late/file', prints: /^written late$/m, eventually: true },
    { sentence: 'the mount is there', run: 'grep " /mnt/late tmpfs" /proc/mounts', eventually: true },
    { sentence: 'runcmd has run, behind the files', run: `cat /run/late-file-was-there; ${COUNT}`, prints: /^written late\n?ran\n1$/m, eventually: true },
    { sentence: 'the kernel setting is set', run: 'cat /proc/sys/net/core/somaxconn', prints: /^1234$/m },
    { sentence: 'its key lets its owner in', ssh: 'id -un', prints: /^rancher$/m, eventually: true },
    { sentence: 'it is told that it came late', run: 'sudo ros cloud-init status', prints: /^exoscale gave the configuration late, \d+ s after the machine was switched on/m },
    { sentence: 'the service that asked has ended', run: 'sudo system-docker ps -a --filter name=cloud-init --format "{{.Status}}"', prints: /^Exited \(0\)/m, eventually: true },
    { sentence: 'asked again by hand, nothing is run twice', run: `sudo ros cloud-init; ${COUNT}`, prints: /^ran\n1$/m },
  ],
});
