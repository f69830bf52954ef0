import assert from 'node:assert/strict';
import { test } from 'node:test';
import { config } from '../../../../overlays/ros/commands/config.ts';
import { service } from '../../../../overlays/ros/commands/service.ts';
import { DATASOURCE_ALIASES, DATASOURCES } from '../../../../overlays/ros/config/datasource-names.ts';
import { readKernelLine } from '../../../../overlays/ros/config/kernel-line.ts';
import { problemForConsole, problemForLog, problemText } from '../../../../overlays/ros/config/problem.ts';
import { readCloudConfig } from '../../../../overlays/ros/config/read.ts';
import { loadConfig } from '../../../../overlays/ros/config/sources.ts';
import { againstRules } from '../../../../overlays/ros/config/ssh-rules.ts';
import { tellProblems } from '../../../../overlays/ros/config/tell-problems.ts';
import { findConsole } from '../../../../overlays/ros/console/consoles.ts';
import { wantedSources } from '../../../../overlays/ros/datasources/catalogue.ts';
import { includedServices } from '../../../../overlays/ros/services/included.ts';
import { machine } from '../machine.ts';

/** What cannot work here: a configuration, the sentence about it, and what is left of the configuration beside it. */
const IMPOSSIBLE: readonly (readonly [string, RegExp, object])[] = [
  [
    'rancher: {docker: {engine: docker-17.03.2-ce, debug: true}}',
    /names “docker-17\.03\.2-ce”, and this release has one engine, Docker 26.* Leave the key out/,
    { rancher: { docker: { engine: 'docker-17.03.2-ce', debug: true } } },
  ],
  [
    'rancher: {docker: {storage_driver: overlay, debug: true}}',
    /names “overlay”, which Docker 26 does not have\. overlay2 stacks/,
    { rancher: { docker: { storage_driver: 'overlay2', debug: true } } },
  ],
  ['rancher: {docker: {storage_driver: aufs, debug: true}}', /names “aufs”.*; it is left out\. .*docker save/, { rancher: { docker: { debug: true } } }],
  ['rancher: {docker: {storage_driver: devicemapper}}', /names “devicemapper”/, { rancher: { docker: {} } }],
  ['rancher: {docker: {log_driver: logentries, debug: true}}', /names “logentries”.*There are json-file, local/, { rancher: { docker: { debug: true } } }],
  [
    'rancher: {docker: {host: ["tcp://0.0.0.0:2375", "npipe://x"]}}',
    /Item 2 of “rancher\.docker\.host” must begin with tcp:\/\/ or unix:\/\//,
    { rancher: { docker: { host: ['tcp://0.0.0.0:2375'] } } },
  ],
  ['rancher: {docker: {registry_mirror: mirror.example}}', /“rancher\.docker\.registry_mirror” must begin with http/, { rancher: { docker: {} } }],
  ['rancher: {docker: {bridge: br0, bip: 10.0.0.1/8}}', /“rancher\.docker\.bip” has no effect beside bridge/, { rancher: { docker: { bridge: 'br0' } } }],
  ['rancher: {docker: {userland_proxy: true}}', /has no effect: the program for it is not part of the release/, { rancher: { docker: {} } }],
  ['rancher: {docker: {default_address_pools: [10.9.0.0/16, "10.8.0.0/16,24"]}}', /is not base\/prefix,size; it is left out/, { rancher: { docker: { default_address_pools: ['10.8.0.0/16,24'] } } }],
  [
    'rancher: {docker: {extra_args: [--oom-score-adjust, "-5", --label, a=b]}}',
    /“--oom-score-adjust” in “rancher\.docker\.extra_args” is not known to Docker 26; it is left out/,
    { rancher: { docker: { extra_args: ['--oom-score-adjust', '-5', '--label', 'a=b'] } } },
  ],
  ['rancher: {defaults: {docker: {storage_driver: aufs}}}', /“rancher\.defaults\.docker\.storage_driver” names “aufs”/, { rancher: { defaults: { docker: {} } } }],
  [
    'rancher: {system_docker: {storage_driver: overlay, debug: true}}',
    /rancher\.system_docker\.storage_driver is not obeyed: System Docker is PID 1/,
    { rancher: { system_docker: { storage_driver: 'overlay', debug: true } } },
  ],
  [
    'rancher: {system_docker: {environment: [HTTP_PROXY=x]}}',
    /rancher\.system_docker\.environment is not obeyed.*rancher\.network\.http_proxy/,
    { rancher: { system_docker: { environment: ['HTTP_PROXY=x'] } } },
  ],
  ['rancher: {system_docker: {log_opts: {max-size: 5m, tag: x}}}', /rancher\.system_docker\.log_opts\.tag is not obeyed/, { rancher: { system_docker: { log_opts: { 'max-size': '5m', tag: 'x' } } } }],
  ['rancher: {console: ubuntu, debug: true}', /The console ubuntu of RancherOS 1 is not part of this release.*ros console enable/, { rancher: { console: 'ubuntu', debug: true } }],
  [
    'rancher: {services_include: {kernel-headers: true}}',
    /The service kernel-headers of RancherOS 1 is not part of this release\. Debian has them/,
    { rancher: { services_include: { 'kernel-headers': true } } },
  ],
  ['ssh_authorized_keys: ["github:ann"]', /Item 1 of “ssh_authorized_keys” names where keys are, and keys are not fetched.*https:\/\/github\.com\/ann\.keys/, { ssh_authorized_keys: ['github:ann'] }],
  ['ssh_authorized_keys: ["https://gitlab.com/ann.keys"]', /keys are not fetched/, { ssh_authorized_keys: ['https://gitlab.com/ann.keys'] }],
  ['ssh_authorized_keys: ["-----BEGIN OPENSSH PRIVATE KEY-----"]', /is a private key, so it lets nobody in/, { ssh_authorized_keys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] }],
  ['ssh_authorized_keys: ["---- BEGIN SSH2 PUBLIC KEY ----"]', /ssh-keygen -i -f/, { ssh_authorized_keys: ['---- BEGIN SSH2 PUBLIC KEY ----'] }],
  ['ssh_authorized_keys: [AAAAB3NzaC1yc2EAAAADAQABAAABAQ]', /is no public key, so it lets nobody in/, { ssh_authorized_keys: ['AAAAB3NzaC1yc2EAAAADAQABAAABAQ'] }],
  ['write_files: [{path: /etc/fstab, content: x}]', /Nothing on this system reads \/etc\/fstab\. Write mounts/, { write_files: [{ path: '/etc/fstab', content: 'x' }] }],
  ['write_files: [{path: /etc/chrony/chrony.conf}]', /Nothing on this system reads \/etc\/chrony\/chrony\.conf\. Write rancher\.ntp\.servers/, { write_files: [{ path: '/etc/chrony/chrony.conf' }] }],
  ['write_files: [{path: /etc/iptables/rules.v4}]', /“iptables-restore” with a file into rancher\.network\.post_cmds/, { write_files: [{ path: '/etc/iptables/rules.v4' }] }],
  [
    'write_files: [{path: /etc/ssh/sshd_config, content: "Port 22\\nPasswordAuthentication yes\\n"}]',
    /\/etc\/ssh\/sshd_config:2: “PasswordAuthentication yes” has no effect: PasswordAuthentication is always “no” here/,
    { write_files: [{ path: '/etc/ssh/sshd_config', content: 'Port 22\nPasswordAuthentication yes\n' }] },
  ],
  ['runcmd: [ros os upgrade -f]', /“ros os upgrade” does nothing here\. A new version comes by a new installation/, { runcmd: ['ros os upgrade -f'] }],
  [
    'runcmd: [[sudo, ros, engine, switch, docker-19.03.15]]',
    /There is one engine, Docker 26: “ros engine switch” does nothing here/,
    { runcmd: [['sudo', 'ros', 'engine', 'switch', 'docker-19.03.15']] },
  ],
  ['runcmd: [ros service enable kernel-headers]', /The service kernel-headers of RancherOS 1 is not part/, { runcmd: ['ros service enable kernel-headers'] }],
  ['runcmd: [ros console switch -f ubuntu]', /The console ubuntu of RancherOS 1 is not part/, { runcmd: ['ros console switch -f ubuntu'] }],
  ['bootcmd: [systemctl restart docker]', /There is no systemd and no init: “systemctl restart” does nothing here\. Write “ros service restart NAME”/, { bootcmd: ['systemctl restart docker'] }],
  ['runcmd: [apt-get install -y vim]', /The default console has no “apt-get install”\. Set rancher\.console to debian/, { runcmd: ['apt-get install -y vim'] }],
  [
    'rancher: {services_include: {zfs: true}}',
    /The service zfs: its image knows only kernels of RancherOS 1\. Set an image of your own in rancher\.services\.zfs\.image/,
    { rancher: { services_include: { zfs: true } } },
  ],
  ['write_files: [{path: /etc/systemd/system/docker.service.d/a.conf}]', /Write rancher\.docker\./, { write_files: [{ path: '/etc/systemd/system/docker.service.d/a.conf' }] }],
  [
    'rancher: {services: {a: {image: x, ports: ["8080:80"], labels: {io.rancher.os.scope: system}}}}',
    /Service a: no effect of ports 8080:80: System Docker has no network of its own/,
    { rancher: { services: { a: { image: 'x', ports: ['8080:80'], labels: { 'io.rancher.os.scope': 'system' } } } } },
  ],
  [
    'rancher: {services: {a: {image: x, stop_grace_period: 2m}}}',
    /Service a may take 120 seconds to end, and a shutdown takes 60 in all\. Set rancher\.shutdown_timeout to 150/,
    { rancher: { services: { a: { image: 'x', stop_grace_period: '2m' } } } },
  ],
];
for (const [text, sentence, left] of IMPOSSIBLE) {
  test(`what cannot work here is told, and costs nothing beside it: ${text}`, () => {
    const { config, problems } = readCloudConfig(text, 'a.yml');
    assert.equal(problems.length, 1, problems.map(problemText).join('\n'));
    assert.match(problemText(problems[0] as never), sentence);
    assert.match(problemText(problems[0] as never), /^a\.yml:1:\d+: warning: /);
    assert.deepEqual(config, left);
  });
}

test('what the network would refuse is told where it is written, in the words of ros netconf', () => {
  const text = 'rancher:\n  network:\n    interfaces:\n      eth0: {addresses: [10.0.0.2/24, 10.0.0.3], vlans: "100,x", gateway_ipv6: 10.0.0.1}\n      br0: {bridge: "a name that is too long"}\n';
  const { problems } = readCloudConfig(text, 'a.yml');
  assert.deepEqual(
    problems.map(({ line, column, message }) => `${line}:${column} ${message.replace(/;.*/, '')}`),
    [
      '4:14 rancher.network.interfaces.eth0.addresses: “10.0.0.3” is no address',
      '4:50 rancher.network.interfaces.eth0.vlans: “x” is no VLAN',
      '4:66 rancher.network.interfaces.eth0.gateway_ipv6: “10.0.0.1” is no IPv6 address',
      '5:13 rancher.network.interfaces.br0.bridge: “a name that is too long” cannot be the name of a bridge.',
    ],
  );
});

test('a console that somebody made under an old name is no trouble on that machine', () => {
  const config = { '/usr/lib/os-release': 'VERSION=v1', '/var/lib/rancher/conf/cloud-config.yml': 'rancher: {console: ubuntu}\n' };
  assert.equal(loadConfig(machine(config)).problems.length, 1);
  assert.deepEqual(loadConfig(machine({ ...config, '/var/lib/rancher/consoles/ubuntu.yml': 'console: {image: mine}\n' })).problems, []);
});

test('a console that is gone is told in the same words when it is to be used', () => {
  const { problems } = readCloudConfig('rancher: {console: ubuntu}', 'a.yml');
  assert.throws(() => findConsole(machine(), 'ubuntu'), { message: `${problems[0]?.message} ${problems[0]?.hint}` });
});

test('a datasource that there is not is told in the words of the start, and all others are known to both', () => {
  const { config, problems } = readCloudConfig('rancher: {cloud_init: {datasources: [ec22, "url:http://me:secret@h/x", "*"]}}', 'a.yml');
  assert.deepEqual(
    problems.map(({ message, hint }) => `${message} ${hint}`),
    ['rancher.cloud_init.datasources: there is no datasource “ec22”. Did you mean ec2?'],
  );
  assert.deepEqual(
    wantedSources(machine(), config).problems,
    problems.map(({ message, hint }) => `${message} ${hint}`),
  );
  const all = [...DATASOURCES, ...Object.keys(DATASOURCE_ALIASES)];
  assert.deepEqual(
    wantedSources(machine(), { rancher: { cloud_init: { datasources: all } } }).problems,
    [],
    'DATASOURCES of overlays/ros/config/datasource-names.ts and ALL of datasources/catalogue.ts must have the same names',
  );
  assert.deepEqual(readCloudConfig(`rancher: {cloud_init: {datasources: [${all.join(', ')}]}}`, 'a.yml').problems, []);
});

const POSSIBLE: readonly string[] = [
  'rancher: {services: {a: {image: x, ports: ["8080:80"], stop_grace_period: 30s}}}',
  'rancher: {shutdown_timeout: 300, services: {a: {image: x, stop_grace_period: 2m, labels: [io.rancher.os.scope=system]}}}',
  'rancher: {docker: {engine: docker-26.1.5, storage_driver: btrfs, log_driver: syslog, userland_proxy: false}}',
  'rancher: {docker: {log_driver: "loki/loki-docker-driver:latest", extra_args: [-D, --log-opt, max-size=1m, --graph, /x]}}',
  'rancher: {docker: {args: [daemon, --log-opt, max-size=25m, -s, overlay2, -G, docker, -H, "unix:///var/run/docker.sock", -H, "0.0.0.0:2376", --userland-proxy=false]}}',
  'rancher: {console: debian, services_include: {kernel-headers: false, volume-nfs: true}}',
  'rancher: {services_include: {kernel-headers: true}, repositories: {mine: {url: "https://example.org"}}}',
  'ssh_authorized_keys: ["from=\\"10.0.0.1\\" ssh-rsa AAAAB3NzaC1yc2E me", "# nobody", ssh-rsa A]',
  'write_files: [{path: /etc/systemd/x, container: mine}, {path: /etc/rc.local}, {path: /etc/respawn.conf}, {path: /etc/docker/daemon.json}]',
  'mounts: [[LABEL=data, /mnt/data, ext4, "defaults,nofail", "0", "2"]]',
  'rancher: {console: debian}\nruncmd: [apt-get install -y vim, "docker run x", "wait-for-docker && echo apt-get update"]',
  'write_files: [{path: /etc/ntp.conf, container: ntp}, {path: /etc/ssh/sshd_config, content: "Port 2200\\nUseDNS no\\n"}]',
];
for (const text of POSSIBLE) {
  test(`what works is not warned of: ${text}`, () => {
    assert.deepEqual(readCloudConfig(text, 'a.yml').problems.map(problemText), []);
  });
}

test('ros config set tells what cannot work, and sets it all the same', () => {
  const system = machine();
  assert.equal(config(system, ['set', 'rancher.docker.storage_driver', 'aufs']), 0);
  assert.match(system.complained.join(), /names “aufs”, which Docker 26 does not have/);
});

test('the kernel command line is judged as a file is', () => {
  const { config, problems } = readKernelLine('quiet rancher.docker.storage_driver=overlay rancher.console=ubuntu');
  assert.deepEqual(config, { rancher: { docker: { storage_driver: 'overlay2' }, console: 'ubuntu' } });
  assert.deepEqual(
    problems.map(({ column }) => column),
    [7, 45],
  );
});

const ELSEWHERE: readonly (readonly [string, RegExp])[] = [
  ['disk_setup: {}', /Write the commands into bootcmd/],
  ['fs_setup: []', /rancher\.state\.autoformat/],
  ['swap: {size: 1G}', /mkswap/],
  ['timezone: Europe/Berlin', /\/etc\/localtime/],
  ['ntp: {servers: [a]}', /Write rancher\.ntp\.servers\./],
  ['users: [default]', /The users are rancher and docker/],
  ['packages: [vim]', /apt-get install/],
  ['groups: [a]', /groupadd/],
  ['chpasswd: {}', /rancher\.password/],
  ['growpart: {}', /grows by itself/],
  ['manage_etc_hosts: true', /always/],
  ['package_update: true', /apt-get update/],
  ['ssh_pwauth: true', /No password is ever taken over SSH/],
  ['ssh_import_id: [gh:ann]', /not fetched/],
  ['coreos: {units: []}', /key of CoreOS/],
  ['k3os: {modules: []}', /key of k3OS/],
  ['run_cmd: [a]', /Write runcmd/],
  ['services_include: {a: true}', /write “rancher\.services_include”/],
  ['rancher: {hostname: a}', /write “hostname”/],
  ['rancher: {interfaces: {eth0: {}}}', /write “rancher\.network\.interfaces”/],
  ['rancher: {datasources: [ec2]}', /write “rancher\.cloud_init\.datasources”/],
  ['rancher: {network: {servers: [a]}}', /write “rancher\.ntp\.servers”/],
  ['rancher: {state: {formatzero: true}}', /A disk of zeros is blank/],
];
for (const [text, hint] of ELSEWHERE) {
  test(`a key of another place or another system is told with what does its work here: ${text}`, () => {
    const sentences = readCloudConfig(text, 'a.yml').problems.map(problemText);
    assert.equal(sentences.length, 1, sentences.join('\n'));
    assert.match(sentences[0] ?? '', /is not known and has no effect\. /);
    assert.match(sentences[0] ?? '', hint);
  });
}

test('a service of the old catalogue is told in the same words when services are started', () => {
  const text = 'rancher: {services_include: {kernel-headers: true, crontab: true}}';
  const { config, problems } = readCloudConfig(text, 'a.yml');
  assert.throws(() => service(machine(), ['enable', 'kernel-headers']), { message: `${problems[0]?.message} ${problems[0]?.hint}` });
  const { problems: atBoot } = includedServices(machine(), config);
  assert.deepEqual(
    atBoot,
    problems.map(({ message, hint }) => `${message} ${hint}`),
  );
});

test('at a start the first problem is shown whole on the console, and the rest are counted and logged', () => {
  const { problems } = readCloudConfig('hostname: a\nrancher:\n  ssh: {port: 0}\n  netwrok: {}\n', 'a.yml');
  const system = machine({ '/dev/kmsg': '' });
  tellProblems(system, 'The configuration', problems);
  const log = system.readText('/dev/kmsg') ?? '';
  const shown = log.split('\n').filter((line) => line.startsWith('<3>'));
  assert.equal(shown.length, 2);
  assert.match(shown[0] ?? '', /The configuration has 2 problems; "sudo ros config validate --all" shows where\./);
  assert.match(shown[1] ?? '', /^<3>ros: a\.yml:3:9: error: "rancher\.ssh\.port" must be at least 1, not 0; it is left out\./);
  assert.match(log, /^ros: a\.yml:4:3: warning: "rancher\.netwrok" is not known and has no effect\. Did you mean "network"\?$/m);
});

test('a configuration without a problem is not told of', () => {
  const system = machine({ '/dev/kmsg': '' });
  tellProblems(system, 'The configuration', []);
  assert.equal(system.readText('/dev/kmsg'), '');
});

test('what looks like a secret in the words that a problem quotes is not shown on the console, nor in the log', () => {
  const texts = [
    'rancher:\n  docker: {mtu: "http://me:hidden@proxy:3128"}\n',
    'hostname: a\npassword: "hidden\n',
    'rancher: {docker: {mtu: "DB_PASSWORD=hidden"}}\n',
    'rancher:\n  network:\n    wifi_networks: {home: {psk: [hidden]}}\n',
  ];
  for (const text of texts) {
    const { problems } = readCloudConfig(text, 'a.yml');
    assert.ok(problems.length > 0, text);
    for (const problem of problems) assert.doesNotMatch(problemForConsole(problem) + problemForLog(problem), /hidden/, text);
  }
});

/** What the start would say, and what dockerd 26 was seen not to start with. */
const TOLD: readonly (readonly [string, RegExp])[] = [
  ['rancher: {network: {dns: {nameservers: ["8.8.8.8, 1.1.1.1"]}}}', /^rancher\.network\.dns\.nameservers: “8\.8\.8\.8, 1\.1\.1\.1” is no address; name servers are given by address\.$/],
  ['rancher: {ntp: {servers: [a b]}}', /^rancher\.ntp\.servers: “a b” is no name and no address of a server\.$/],
  ['rancher: {services: {a: {image: x, ports: ["localhost:80:80"]}}}', /^Service a: ports: “localhost:80:80” is not \[\[address:\]port:\]port\.$/],
  ['rancher: {services: {a: {image: x, mem_limit: half}}}', /^Service a: mem_limit is a number of bytes/],
  ['rancher: {services: {a: {image: x, stop_grace_period: 1d}}}', /^Service a: stop_grace_period is a time/],
  ['rancher: {services: {a: {image: x, labels: {cron.schedule: "@every 1h"}}}}', /^Service a: cron\.schedule: “@every 1h” is not five or six fields/],
  [
    'ssh_authorized_keys:\n- >\n  ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbAfzbOMb9vJdh\n  O9BApqGgZVlcRJ37Ryxmb3i1Gx9qB me',
    /^Item 1 of “ssh_authorized_keys” is a key of which a part is missing, so it lets nobody in\.$/,
  ],
  ['ssh_authorized_keys: [ssh-dss AAAAB3NzaC1kc3MAAACBAJAAAAAAAAAAAAAAAAAAAAAAAA a]', /is a key of DSA, which sshd does not take any more, so it lets nobody in\.$/],
  ['rancher: {docker: {bip: 172.18.42.0/24}}', /^“rancher\.docker\.bip”, “172\.18\.42\.0\/24”, is no address that a machine may have; it is left out\.$/],
  ['rancher: {docker: {bip: 172.18.42.1/33}}', /is no address; it is left out\.$/],
  ['rancher: {docker: {host: "fd://"}}', /is a socket of systemd, which this system does not have; it is left out\.$/],
  ['rancher: {docker: {host: "tcp://a:b"}}', /names no port from 0 to 65535; it is left out\.$/],
  ['rancher: {docker: {default_address_pools: ["10.10.0.0/16,8"]}}', /is not base\/prefix,size; it is left out\.$/],
  ['rancher: {docker: {insecure_registry: ["x:5000/path"]}}', /must be a host, perhaps with a port, or a range of addresses; it is left out\.$/],
  ['rancher: {docker: {log_driver: syslog, log_opts: {max-size: 10m}}}', /is no option of the driver syslog; it is left out\.$/],
];
for (const [text, sentence] of TOLD) {
  test(`${text} is told before a machine starts with it`, () => {
    const { problems } = readCloudConfig(text, 'a.yml');
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.message ?? '', sentence);
  });
}

test('what dockerd takes is not told', () => {
  const docker =
    '{bip: 10.1.0.1/31, host: ["tcp://[::]:2376", "tcp://0.0.0.0", "0.0.0.0:2375", "unix:///x"], default_address_pools: ["base=10.9.0.0/16,size=24", "fd00::/104,112"], insecure_registry: ["http://y:5000", 10.0.0.0/8, a.b, "[::1]:5000"], log_driver: local, log_opts: {max-size: 10m}}';
  assert.deepEqual(readCloudConfig(`rancher: {docker: ${docker}}`, 'a.yml').problems, []);
});

test('a rule of sshd that a file repeats in another spelling is not told', () => {
  assert.deepEqual(againstRules('PasswordAuthentication = no\nPermitRootLogin No # never\nPubkeyAuthentication="yes"\n', 'f'), []);
  assert.deepEqual(againstRules('PasswordAuthentication = yes # for now\n', 'f'), ['f:1: “PasswordAuthentication yes” has no effect: PasswordAuthentication is always “no” here']);
});
