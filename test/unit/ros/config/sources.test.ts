import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeInto, without } from '../../../../overlays/ros/config/merge.ts';
import { applyMetadata, formatMetadata, parseMetadata } from '../../../../overlays/ros/config/metadata.ts';
import { problemText } from '../../../../overlays/ros/config/problem.ts';
import { readAhead, SHIPPED } from '../../../../overlays/ros/config/read-before.ts';
import { hostnameOf, joinSources, loadConfig, OS_CONFIG_FILE, SOURCES, withVersion } from '../../../../overlays/ros/config/sources.ts';
import { machine } from '../machine.ts';

const D = '/var/lib/rancher/conf/cloud-config.d';

test('a machine’s configuration is that of all its sources, later ones winning', () => {
  const { config, problems } = loadConfig(
    machine({
      '/usr/lib/os-release': 'VERSION="v9.9.9"\n',
      '/usr/share/ros/os-config.yml': 'rancher:\n  console: release\n  log: false\n  defaults: {hostname: rancher}\n  services: {a: {image: "x:${VERSION}", net: host}}\n  sysctl: {a: release}\n',
      '/usr/share/ros/oem/oem-config.yml': 'rancher: {console: oem, sysctl: {b: oem}}\n',
      [`${D}/boot.yml`]: '#cloud-config\nrancher: {console: boot, sysctl: {c: boot}, modules: [one, two]}\n',
      [`${D}/user_config.yml`]: 'rancher: {console: user, modules: [three]}\n',
      [`${D}/.hidden.yml`]: 'hostname: hidden\n',
      [`${D}/folder/x.yml`]: 'hostname: folder\n',
      '/var/lib/rancher/conf/cloud-config.yml': 'rancher: {console: set, services: {a: {net: none}}}\n',
      '/proc/cmdline': 'quiet rancher.console=line rancher.sysctl.d=line -- rancher.console=dashes\n',
      '/var/lib/rancher/conf/metadata': '{"hostname": "from-metadata", "publicKeys": {"2": "two", "1": "one"}, "rootDisk": "/dev/xvda"}\n',
    }),
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(config, {
    hostname: 'from-metadata',
    ssh_authorized_keys: ['one', 'two'],
    rancher: {
      console: 'dashes',
      log: false,
      defaults: { hostname: 'rancher' },
      services: { a: { image: 'x:v9.9.9', net: 'none' } },
      sysctl: { a: 'release', b: 'oem', c: 'boot', d: 'line' },
      modules: ['three'],
      resize_device: '/dev/xvda',
    },
  });
});

test('a machine without any file has an empty configuration and a name', () => {
  const { config, problems } = loadConfig(machine());
  assert.deepEqual({ config, problems }, { config: {}, problems: [] });
  assert.equal(hostnameOf(config), 'rancher');
});

test('a broken file costs neither the others nor the start', () => {
  const { config, problems } = loadConfig(machine({ [`${D}/a.yml`]: 'hostname: a\nrancher: [\n', [`${D}/b.yml`]: 'rancher: {debug: 1, log: true}\n' }));
  assert.deepEqual(config, { hostname: 'a', rancher: { log: true } });
  assert.deepEqual([...new Set(problems.map(({ file }) => file))], [`${D}/a.yml`, `${D}/b.yml`]);
});

test('files of the folder count in the order of their names, byte by byte', () => {
  const files = ['10.yml', '9.yml', 'B.yml', 'a.yml'];
  const { config } = loadConfig(machine(Object.fromEntries(files.map((name) => [`${D}/${name}`, `hostname: ${name}\nrancher: {environment: {${name.replace('.yml', 'k')}: x}}\n`]))));
  assert.equal(config.hostname, 'a.yml');
  assert.deepEqual(Object.keys(config.rancher?.environment ?? {}), ['10k', '9k', 'Bk', 'ak']);
});

test('debug turns on the debugging of both engines', () => {
  const { config } = joinSources({ files: [], kernelLine: 'rancher.debug', metadata: '' });
  assert.deepEqual(config.rancher, { debug: true, log: true, docker: { debug: true }, system_docker: { debug: true } });
});

test('what rancher.disable names is not taken from the kernel command line', () => {
  const files = [{ path: 'a.yml', text: 'rancher: {disable: [password, autologin]}', by: 'user' as const }];
  const { config } = joinSources({ files, kernelLine: 'rancher.password=x rancher.autologin=tty1 rancher.debug=false -- rancher.password=y', metadata: '' });
  assert.deepEqual(config.rancher, { disable: ['password', 'autologin'], debug: false });
});

test('metadata fills gaps and adds keys, and never replaces what was given', () => {
  const metadata = { hostname: 'meta', publicKeys: { b: 'key-b', a: 'key-a', again: 'key-a', mine: 'key-mine' }, rootDisk: '/dev/xvda' };
  assert.deepEqual(applyMetadata({ hostname: 'given', ssh_authorized_keys: ['key-mine'], rancher: { resize_device: '/dev/sdb' } }, metadata), {
    hostname: 'given',
    ssh_authorized_keys: ['key-mine', 'key-a', 'key-b'],
    rancher: { resize_device: '/dev/sdb' },
  });
  assert.deepEqual(applyMetadata({}, { publicKeys: {} }), {});
});

test('metadata is read as we write it and as RancherOS 1 wrote it', () => {
  const metadata = { hostname: 'h', publicKeys: { one: 'k' }, rootDisk: '/dev/vda' };
  const withAddresses = { ...metadata, addresses: { private_ipv4: '10.0.0.1', public_ipv6: '2001:db8::1' } };
  assert.deepEqual(parseMetadata(formatMetadata(withAddresses)), withAddresses);
  assert.deepEqual(parseMetadata('publicipv4: 1.2.3.4\nhostname: h\nsshpublickeys:\n  one: k\nrootdisk: /dev/vda\n'), { ...metadata, addresses: { public_ipv4: '1.2.3.4' } });
  for (const text of ['', '[', '- a', 'hostname: [a]', 'sshpublickeys: x']) assert.deepEqual(parseMetadata(text), { publicKeys: {} });
});

test('mappings are joined, scalars and lists are replaced', () => {
  assert.deepEqual(mergeInto({ a: { b: 1, c: [1, 2] }, d: 1, e: { f: 1 } }, { a: { c: [3] }, d: { g: 1 }, e: 2 }), { a: { b: 1, c: [3] }, d: { g: 1 }, e: 2 });
  assert.deepEqual(without({ a: { b: 1, c: 2 } }, ['a', 'b']), { a: { c: 2 } });
});

test('the order of the sources is the documented one', () => {
  assert.deepEqual(
    SOURCES.map((source) => ('path' in source ? source.path : source.kind)),
    [
      '/usr/share/ros/os-config.yml',
      '/usr/share/ros/target.yml',
      '/usr/share/ros/cloud-config.yml',
      '/usr/share/ros/oem/oem-config.yml',
      '/var/lib/rancher/conf/cloud-config.d',
      '/var/lib/rancher/conf/cloud-config.yml',
      'kernel-line',
      'after-dashes',
      'debug',
      '/var/lib/rancher/conf/metadata',
    ],
  );
});

test('problems of every source name their place', () => {
  const { problems } = joinSources({ files: [{ path: '/a.yml', text: 'x: 1', by: 'user' }], kernelLine: 'rancher.y=2', metadata: '' });
  assert.deepEqual(
    problems.map((problem) => problemText(problem).split(' warning')[0]),
    ['/a.yml:1:1:', '/proc/cmdline:1:1:'],
  );
});

test('what the build has read of the release is not read again, unless the file is another one', () => {
  const text = 'rancher: {services: {a: {image: "x:${VERSION}"}}}\n';
  const release = { '/usr/lib/os-release': 'VERSION="v9.9.9"\n', [OS_CONFIG_FILE]: text };
  const ahead = readAhead({ [OS_CONFIG_FILE]: withVersion(text, 'v9.9.9') });
  const services = (files: Readonly<Record<string, string>>) => loadConfig(machine({ ...release, ...files })).config.rancher?.services;
  assert.deepEqual(services({ [SHIPPED]: ahead }), services({}));
  // Told apart by a word that only the build's reading has.
  const marked = ahead.replace(/"image":"x:v9.9.9"/, '"image":"ahead"');
  assert.deepEqual(services({ [SHIPPED]: marked }), { a: { image: 'ahead' } });
  assert.deepEqual(services({ [SHIPPED]: marked, [OS_CONFIG_FILE]: text.replace('x:', 'y:') }), { a: { image: 'y:v9.9.9' } });
});
