import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readKernelLine } from '../../../../overlays/ros/config/kernel-line.ts';
import { problemText } from '../../../../overlays/ros/config/problem.ts';

const config = (line: string) => readKernelLine(line).config;
const problems = (line: string) => readKernelLine(line).problems.map(problemText);

const LINES: readonly (readonly [string, string, object])[] = [
  ['words of others are passed over', 'BOOT_IMAGE=/vmlinuz console=tty0 printk.devkmsg=on panic=10 rancherx.a=b', {}],
  ['a key without a value is true', 'rancher.state.wait rancher.debug', { rancher: { state: { wait: true }, debug: true } }],
  ['a value may have an equals sign', 'rancher.state.dev=LABEL=RANCHER_STATE', { rancher: { state: { dev: 'LABEL=RANCHER_STATE' } } }],
  ['lists are YAML', 'rancher.cloud_init.datasources=[configdrive,ec2,url:http://10.0.0.1/a]', { rancher: { cloud_init: { datasources: ['configdrive', 'ec2', 'url:http://10.0.0.1/a'] } } }],
  ['lists may have quotes', 'rancher.cloud_init.datasources=["digitalocean"]', { rancher: { cloud_init: { datasources: ['digitalocean'] } } }],
  ['one word is a list of one', 'rancher.modules=kvm rancher.state.autoformat=/dev/sda', { rancher: { modules: ['kvm'], state: { autoformat: '/dev/sda' } } }],
  ['a pattern is a name like others', 'rancher.network.interfaces.eth*.dhcp=true', { rancher: { network: { interfaces: { 'eth*': { dhcp: true } } } } }],
  ['cc. stands for any key', 'cc.hostname=node-1 cc.ssh_authorized_keys=[one,two] cc.rancher.debug=true', { hostname: 'node-1', ssh_authorized_keys: ['one', 'two'], rancher: { debug: true } }],
  ['the last of repeated keys counts', 'rancher.console=a rancher.console=b', { rancher: { console: 'b' } }],
  ['terminals without login add up', 'rancher.autologin=tty1 rancher.autologin=ttyS0 rancher.autologin=[ttyS1]', { rancher: { autologin: ['tty1', 'ttyS0', 'ttyS1'] } }],
  ['text stays as it was typed', 'rancher.password=0123 rancher.environment.A=yes', { rancher: { password: '0123', environment: { A: 'yes' } } }],
  ['quotes keep spaces together', 'rancher.password="a b" "rancher.console=c d" rancher.log', { rancher: { password: 'a b', console: 'c d', log: true } }],
  ['quotes in a key keep dots together', 'rancher.sysctl."net.ipv4.ip_forward"=1', { rancher: { sysctl: { 'net.ipv4.ip_forward': '1' } } }],
  [
    'dots need no quotes where only one reading is possible',
    'rancher.sysctl.net.ipv4.ip_forward=1 rancher.network.interfaces.eth0.100.dhcp',
    { rancher: { sysctl: { 'net.ipv4.ip_forward': '1' }, network: { interfaces: { 'eth0.100': { dhcp: true } } } } },
  ],
  [
    'services are included by name',
    'rancher.services_include.open-vm-tools=true rancher.hypervisor_service=false',
    { rancher: { services_include: { 'open-vm-tools': true }, hypervisor_service: false } },
  ],
  ['what is for /init is passed over', 'rancher.boot=UUID=241F-4243 rancher.slot=a rancher.toram rancher.debug', { rancher: { debug: true } }],
  ['several keys of one mapping are joined', 'rancher.docker.tls=true rancher.docker.log_opts.max-file=2', { rancher: { docker: { tls: true, log_opts: { 'max-file': '2' } } } }],
];

for (const [name, line, expected] of LINES) {
  test(`on the kernel command line ${name}`, () => {
    assert.deepEqual(config(line), expected);
    assert.deepEqual(problems(line), []);
  });
}

test('an unknown key, a wrong type and a missing value are told with their column', () => {
  assert.deepEqual(problems('quiet rancher.sate.dev=x rancher.debug=maybe rancher.password'), [
    '/proc/cmdline:1:7: warning: “rancher.sate” is not known and has no effect. Did you mean “state”?',
    '/proc/cmdline:1:26: error: “rancher.debug” must be true or false, not “maybe”; it is left out. It is for: Log more, everywhere.',
    '/proc/cmdline:1:46: error: “rancher.password” needs a value, as in rancher.password=VALUE.',
  ]);
});

test('what stands behind two dashes is read apart from the rest', () => {
  const { config: before, afterDashes } = readKernelLine('rancher.debug=true -- rancher.password=secret single');
  assert.deepEqual(before, { rancher: { debug: true } });
  assert.deepEqual(afterDashes, { rancher: { password: 'secret' } });
});

test('quotes that never end and odd words harm nobody', () => {
  for (const line of ['rancher.password="a b', 'rancher..a=b', 'rancher.=x', 'cc.', 'cc.=1', 'rancher.modules=[a', '"', 'rancher.a"b=c']) assert.doesNotThrow(() => readKernelLine(line), line);
});
