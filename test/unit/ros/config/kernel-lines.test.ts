import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readKernelLine } from '../../../../overlays/ros/config/kernel-line.ts';

// Lines that people wrote for RancherOS 1, each with the configuration that it is.

const sources = (...datasources: readonly string[]) => ({ rancher: { cloud_init: { datasources } } });
const network = (value: object) => ({ rancher: { network: value } });
const eth0 = (value: object) => network({ interfaces: { eth0: value } });
const password = (value: string) => ({ rancher: { password: value } });
const key = { ssh_authorized_keys: ['ssh-rsa AAAAB3Nz user@host'] };

const LINES: readonly (readonly [string, object])[] = [
  ["rancher.cloud_init.datasources=['url:http://192.0.2.10/cc.yml']", sources('url:http://192.0.2.10/cc.yml')],
  [`rancher.cloud_init.datasources="['url:http://192.0.2.10/cc.yml']"`, sources('url:http://192.0.2.10/cc.yml')],
  ['rancher.cloud_init.datasources=["url:http://192.0.2.10/cc.yml"]', sources('url:http://192.0.2.10/cc.yml')],
  ['rancher.cloud_init.datasources=[\\"url:http://192.0.2.10/cc.yml\\"]', sources('url:http://192.0.2.10/cc.yml')],
  ['rancher.cloud_init.datasources=[url:http://192.0.2.10/cc.yml]', sources('url:http://192.0.2.10/cc.yml')],
  ['rancher.cloud_init.datasources=[url:http://192.0.2.10:8080/cc.yml?mac=52:54:00:12:34:56,configdrive]', sources('url:http://192.0.2.10:8080/cc.yml?mac=52:54:00:12:34:56', 'configdrive')],
  ['rancher.cloud_init.datasources=url:http://192.0.2.10/cc.yml', sources('url:http://192.0.2.10/cc.yml')],
  ["rancher.cloud_init.datasources=[ec2,'url:http://192.0.2.10/a b']", sources('ec2', 'url:http://192.0.2.10/a b')],
  ['rancher.cloud_init.datasources=[*]', sources('*')],
  ["rancher.cloud_init.datasources=['*']", sources('*')],
  ['rancher.cloud_init.datasources=[configdrive,*]', sources('configdrive', '*')],
  ['rancher.state.autoformat=[/dev/sda,/dev/vda] rancher.cloud_init.datasources=[ec2]', { rancher: { state: { autoformat: ['/dev/sda', '/dev/vda'] }, cloud_init: { datasources: ['ec2'] } } }],
  ["rancher.state.autoformat=['/dev/sda','/dev/vda']", { rancher: { state: { autoformat: ['/dev/sda', '/dev/vda'] } } }],
  ['rancher.state.autoformat=/dev/sda', { rancher: { state: { autoformat: '/dev/sda' } } }],
  ['rancher.autologin=tty1 rancher.autologin=ttyS0 console=ttyS0', { rancher: { autologin: ['tty1', 'ttyS0'] } }],
  [
    'rancher.network.interfaces.eth0.address=192.0.2.5/24 rancher.network.interfaces.eth0.gateway=192.0.2.1 rancher.network.dns.nameservers=[192.0.2.53,192.0.2.54]',
    network({ interfaces: { eth0: { address: '192.0.2.5/24', gateway: '192.0.2.1' } }, dns: { nameservers: ['192.0.2.53', '192.0.2.54'] } }),
  ],
  ['rancher.network.interfaces.eth*.dhcp=false', network({ interfaces: { 'eth*': { dhcp: false } } })],
  ['rancher.network.interfaces."mac=52:54:00:12:34:56".dhcp=true', network({ interfaces: { 'mac=52:54:00:12:34:56': { dhcp: true } } })],
  ['rancher.network.interfaces.eth0.ipv4ll', eth0({ ipv4ll: true })],
  ['rancher.network.interfaces.eth0.dhcp=false rancher.network.interfaces.eth0.addresses=["192.0.2.5/24","198.51.100.5/24"]', eth0({ dhcp: false, addresses: ['192.0.2.5/24', '198.51.100.5/24'] })],
  ['rancher.network.dns.nameservers=192.0.2.53', network({ dns: { nameservers: ['192.0.2.53'] } })],
  ["rancher.network.dns.nameservers=['192.0.2.53','192.0.2.54']", network({ dns: { nameservers: ['192.0.2.53', '192.0.2.54'] } })],
  ['rancher.network.http_proxy=http://192.0.2.1:3128 rancher.network.no_proxy=localhost,192.0.2.0/24', network({ http_proxy: 'http://192.0.2.1:3128', no_proxy: 'localhost,192.0.2.0/24' })],
  ['rancher.network.interfaces.eth0.vlans=100,200:v200', eth0({ vlans: '100,200:v200' })],
  ['rancher.password=1234', password('1234')],
  ['rancher.password=0777', password('0777')],
  ['rancher.password=1e5', password('1e5')],
  ['rancher.password=yes', password('yes')],
  ['rancher.password="my secret"', password('my secret')],
  ["rancher.password='my secret'", password('my secret')],
  ["'rancher.password=my secret' rancher.debug", { rancher: { password: 'my secret', debug: true } }],
  ["rancher.password=it's rancher.environment.A=that's", { rancher: { password: "it's", environment: { A: "that's" } } }],
  ['rancher.password=', password('')],
  ['hostname=box', {}],
  ['cc.hostname=box', { hostname: 'box' }],
  ['cc.hostname=123', { hostname: '123' }],
  ['cc.ssh_authorized_keys=["ssh-rsa AAAAB3Nz user@host"]', key],
  ['"cc.ssh_authorized_keys=[ssh-rsa AAAAB3Nz user@host]"', key],
  ["cc.ssh_authorized_keys=['ssh-rsa AAAAB3Nz user@host']", key],
  ["cc.ssh_authorized_keys=['ssh-rsa\\ AAAAB3Nz\\ user@host']", key],
  ['rancher.defaults.hostname=ros rancher.environment.REGISTRY_DOMAIN=registry.example', { rancher: { defaults: { hostname: 'ros' }, environment: { REGISTRY_DOMAIN: 'registry.example' } } }],
  ['"rancher.environment={A: 1.10, B: 010}"', { rancher: { environment: { A: '1.10', B: '010' } } }],
  ['rancher.docker.insecure_registry=[192.0.2.9:5000]', { rancher: { docker: { insecure_registry: ['192.0.2.9:5000'] } } }],
  ["rancher.docker.extra_args=['--insecure-registry','192.0.2.9:5000']", { rancher: { docker: { extra_args: ['--insecure-registry', '192.0.2.9:5000'] } } }],
  ['rancher.docker.args=[daemon,--insecure-registry=192.0.2.9:5000]', { rancher: { docker: { args: ['daemon', '--insecure-registry=192.0.2.9:5000'] } } }],
  ['rancher.state.dev=LABEL=RANCHER_STATE rancher.state.wait rancher.state.fstype=auto', { rancher: { state: { dev: 'LABEL=RANCHER_STATE', wait: true, fstype: 'auto' } } }],
  ['rancher.state.dev=UUID=3e6be9de-8139-11d1-9106-a43f08d823a6', { rancher: { state: { dev: 'UUID=3e6be9de-8139-11d1-9106-a43f08d823a6' } } }],
  ['rancher.state.dev=/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part1', { rancher: { state: { dev: '/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part1' } } }],
  ['rancher.state.mdadm_scan rancher.state.lvm_scan', { rancher: { state: { mdadm_scan: true, lvm_scan: true } } }],
  ['rancher.modules=[kvm,kvm_intel]', { rancher: { modules: ['kvm', 'kvm_intel'] } }],
  ['rancher.sysctl.vm.max_map_count=262144', { rancher: { sysctl: { 'vm.max_map_count': '262144' } } }],
  ['rancher.sysctl."vm.max_map_count"=262144', { rancher: { sysctl: { 'vm.max_map_count': '262144' } } }],
  ['rancher.recovery=true', { rancher: { recovery: true } }],
  ['cloud-config-url=http://192.0.2.10/cc.yml', {}],
];

for (const [line, expected] of LINES) {
  test(`${line} is read as RancherOS 1 read it`, () => {
    const { config, problems } = readKernelLine(line);
    assert.deepEqual(config, expected);
    assert.deepEqual(problems, []);
  });
}

test('words behind two dashes are read as they are written', () => {
  const { config, afterDashes } = readKernelLine('rancher.debug=true -- rancher.password=ab#c rancher.ssh.port=2222');
  assert.deepEqual([config, afterDashes], [{ rancher: { debug: true } }, { rancher: { password: 'ab#c', ssh: { port: 2222 } } }]);
});

/** What cannot be obeyed, and what of the line holds all the same. */
const TOLD: readonly (readonly [string, object, RegExp])[] = [
  ['rancher.state.formatzero=true rancher.debug', { rancher: { debug: true } }, /formatzero” is not known/],
  ['rancher.services_include.ubuntu-console=true', { rancher: { services_include: { 'ubuntu-console': true } } }, /ubuntu-console/],
  ['rancher.docker.storage_driver=overlay', { rancher: { docker: { storage_driver: 'overlay2' } } }, /“overlay”, which Docker 26 does not have/],
  ['rancher.upgrade.image=rancher/os', { rancher: { upgrade: { image: 'rancher/os' } } }, /“rancher\.upgrade\.image” has no effect/],
  ['rancher.rm_usr', { rancher: { rm_usr: true } }, /“rancher\.rm_usr” has no effect/],
  ['rancher.no_sharedroot', { rancher: { no_sharedroot: true } }, /“rancher\.no_sharedroot” has no effect/],
  ['rancher.cloud_init.force_console_rebuild=true', {}, /force_console_rebuild” is not known/],
  ['rancher.modules=[kvm rancher.debug', { rancher: { debug: true } }, /The value of “rancher\.modules” begins as a list or a mapping and is none/],
  ['rancher.password=caf\ufffd rancher.debug', { rancher: { debug: true } }, /The value of “rancher\.password” is not UTF-8 text/],
  ['rancher.disable={password} rancher.debug', { rancher: { disable: ['password', 'autologin'], debug: true } }, /“rancher\.disable” must be a list/],
];

for (const [line, expected, sentence] of TOLD) {
  test(`of ${line} it is told what has no effect, and the rest holds`, () => {
    const { config, problems } = readKernelLine(line);
    assert.deepEqual(config, expected);
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.message ?? '', sentence);
  });
}
