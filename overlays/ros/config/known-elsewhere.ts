import type { Path } from './problem.ts';
import type { Schema } from './schema-words.ts';

/**
 * Keys that other systems or older releases know, and their replacement here. `*` is any name. Keys at the top level are cloud-init's unless they
 * say otherwise.
 */
const KNOWN: Readonly<Record<string, string>> = {
  // RancherOS 1, up to 1.5
  append: 'Kernel parameters are given by “ros install --append”.',
  'rancher.network.dns.override': 'Name servers that are configured are always asked before those of DHCP.',
  'rancher.network.interfaces.*.dns': 'Name servers belong to the whole machine: rancher.network.dns.',
  'rancher.defaults.system_docker_logs': 'The log of System Docker is kept always, in /var/log/system-docker.log.',
  'rancher.state.formatzero': 'A disk of zeros is blank, and rancher.state.autoformat takes it.',
  'rancher.user_docker': 'Write rancher.docker.',
  'rancher.userdocker': 'Write rancher.docker.',
  'rancher.addons': 'Write rancher.services_include.',
  'rancher.disable_console_login': 'Without rancher.password nobody logs in by a password.',
  'rancher.ssh.authorized_keys': 'Write ssh_authorized_keys at the top of the file.',
  'rancher.network.interfaces.*.nameservers': 'Name servers belong to the whole machine: rancher.network.dns.',
  'rancher.network.interfaces.*.mac': 'Write match: mac:ADDRESS.',
  'rancher.network.interfaces.*.netmask': 'Write it behind the address, such as 192.168.1.10/24.',
  'rancher.network.interfaces.*.routes': 'Write the command “ip route add” into post_up.',
  'rancher.network.dns.domain': 'Write rancher.network.dns.search.',
  'rancher.ssh.password_auth': 'No password is ever taken over SSH. Write ssh_authorized_keys.',
  // Compose, of versions that RancherOS 1 did not know
  'rancher.services.*.configs': 'Write the file by write_files, and mount it by volumes.',
  'rancher.services.*.cpus': 'Write cpu_quota, such as 50000 for half a processor.',
  'rancher.services.*.depends_on': 'Write the label io.rancher.os.after.',
  'rancher.services.*.deploy': 'Write mem_limit, cpu_shares or cpuset.',
  'rancher.services.*.healthcheck': 'The image may have one; else start it by “docker run --health-cmd” in runcmd.',
  'rancher.services.*.init': 'Start it by “docker run --init” in runcmd.',
  'rancher.services.*.logging': 'Write log_driver and log_opt.',
  'rancher.services.*.network_mode': 'Write net.',
  'rancher.services.*.networks': 'Write net; “docker network create” in runcmd makes a network.',
  'rancher.services.*.secrets': 'Write the file by write_files with permissions: "0600", and mount it by volumes.',
  'rancher.services.*.storage_opt': 'Start it by “docker run --storage-opt” in runcmd.',
  'write_files.*.append': 'The file is written as a whole; add lines by “cat >>” in runcmd.',
  'write_files.*.defer': 'Files are written before runcmd in any case, so leave it out.',
  'write_files.*.source': 'Files are not fetched: write content, or “wget” into runcmd.',
  // k3OS
  init_cmd: 'Write bootcmd.',
  boot_cmd: 'Write bootcmd.',
  run_cmd: 'Write runcmd.',
  k3os: 'It is a key of k3OS. Its data_sources, modules, sysctls, environment and ntp_servers are rancher.cloud_init.datasources, modules, sysctl, environment and ntp.servers.',
  // CoreOS
  coreos: 'It is a key of CoreOS. Write its units as rancher.services.',
  etcd: 'It is a key of CoreOS. Write etcd as a service below rancher.services.',
  etcd2: 'It is a key of CoreOS. Write etcd as a service below rancher.services.',
  fleet: 'It is a key of CoreOS, whose fleet is gone. Write rancher.services.',
  flannel: 'It is a key of CoreOS. Write flannel as a service below rancher.services.',
  // cloud-init
  apt: 'Write “apt-get” into runcmd; the console of Debian has it.',
  apt_sources: 'Write “apt-get” into runcmd; the console of Debian has it.',
  'ca-certs': 'Write the certificate by write_files, and “update-ca-certificates” into runcmd.',
  ca_certs: 'Write the certificate by write_files, and “update-ca-certificates” into runcmd.',
  chpasswd: 'Write rancher.password; it opens terminals, and never SSH.',
  datasource: 'Write rancher.cloud_init.datasources.',
  datasource_list: 'Write rancher.cloud_init.datasources.',
  disable_root: 'Nobody logs in as root, so leave it out.',
  disk_setup: 'Write the commands into bootcmd; a blank disk for the state is named in rancher.state.autoformat.',
  final_message: 'Write a command into runcmd.',
  fqdn: 'Write hostname.',
  fs_setup:
    'Write “mkfs” into bootcmd with a look whether the disk is blank; a disk for the state is named in rancher.state.autoformat.',
  groups: 'Write “groupadd” into runcmd.',
  growpart:
    'The last partition of the state disk grows by itself; name another disk in rancher.resize_device, or leave it out.',
  keyboard: 'The screens have one layout, that of the US; leave it out.',
  locale: 'Write the variable into rancher.environment, or a file by write_files.',
  manage_etc_hosts: 'The hostname is put into /etc/hosts always.',
  manage_resolv_conf: 'Write rancher.network.dns.',
  mount_default_fields: 'Write the options into each entry of mounts.',
  network: 'Write rancher.network, or give the file network-config by the datasource nocloud.',
  ntp: 'Write rancher.ntp.servers.',
  output: 'The output of runcmd is in /var/log/runcmd.log.',
  package_reboot_if_required: 'A new release comes as a whole, so leave it out.',
  package_update: 'Write “apt-get update” into runcmd; the console of Debian has it.',
  package_upgrade: 'A new release comes as a whole; in the console of Debian write “apt-get upgrade” into runcmd.',
  packages: 'Run such programs as containers, or write “apt-get install” into runcmd; the console of Debian has it.',
  password: 'Write rancher.password; it opens terminals, and never SSH.',
  phone_home: 'Write “wget” into runcmd.',
  power_state: 'Write “reboot” or “poweroff” at the end of runcmd.',
  preserve_hostname: 'Leave out hostname, and the name of the platform holds.',
  prefer_fqdn_over_hostname: 'Write hostname.',
  proxy: 'Write rancher.network.http_proxy, https_proxy and no_proxy.',
  random_seed: 'The kernel has its own sources, so leave it out.',
  resize_rootfs: 'The file system of the state grows by itself, so leave it out.',
  resolv_conf: 'Write rancher.network.dns.',
  rsyslog: 'Write rancher.services with a service of your own in the place of syslog, or a file by write_files.',
  ssh_deletekeys: 'Keys of the server are made at the first start, so leave it out.',
  ssh_genkeytypes: 'Keys of the server are made at the first start; your own belong to rancher.ssh.keys.',
  ssh_import_id: 'Keys are not fetched. Write them into ssh_authorized_keys.',
  ssh_keys: 'Write rancher.ssh.keys.',
  ssh_pwauth: 'No password is ever taken over SSH. Write ssh_authorized_keys.',
  swap: 'Make the file by runcmd: “fallocate -l 1G /var/lib/rancher/swap; mkswap …; swapon …”. A partition belongs to mounts, as [device, none, swap, ""].',
  timezone:
    'Write “ln -sf /usr/share/zoneinfo/AREA/CITY /etc/localtime” into runcmd; containers take the variable TZ from rancher.environment.',
  user: 'The users are rancher and docker. Write ssh_authorized_keys.',
  users: 'The users are rancher and docker. Write keys into ssh_authorized_keys, and “useradd” into runcmd.',
  vendor_data: 'It is not asked for, so leave it out.',
  write_files_deferred: 'Write write_files.',
  yum_repos: 'There is no yum. Run such programs as containers.',
  zypper: 'There is no zypper. Run such programs as containers.',
};

/** The replacement for an unknown key; undefined where none is known. */
export function hintElsewhere(path: Path, top: Schema): string | undefined {
  const keys = path.map(String);
  const found = Object.entries(KNOWN).find(([pattern]) => fits(pattern.split('.'), keys));
  if (found !== undefined) return found[1];
  const place = isFixed(top, keys.slice(0, -1)) ? placeOf(top, keys.at(-1) ?? '') : undefined;
  return place === undefined ? undefined : `It belongs elsewhere: write “${place}”.`;
}

const fits = (pattern: readonly string[], keys: readonly string[]): boolean =>
  pattern.length === keys.length && pattern.every((step, index) => step === '*' || step === keys[index]);

/** Whether all keys to a place are the schema's own, and none is a name of the user's choice. */
function isFixed(top: Schema, keys: readonly string[]): boolean {
  let schema: Schema | undefined = top;
  for (const key of keys) schema = schema?.properties?.[key];
  return schema?.properties !== undefined;
}

/** Copies of other parts of the schema. */
const COPIES = new Set(['defaults', 'default_network', 'system_docker', 'bootstrap_docker']);

/** The one place, or the uppermost, where the schema has a key of that name. */
function placeOf(top: Schema, name: string): string | undefined {
  let level: readonly (readonly [string, Schema])[] = [['', top]];
  while (level.length > 0) {
    const here = level.find(([, schema]) => Object.hasOwn(schema.properties ?? {}, name));
    if (here !== undefined) return here[0] === '' ? name : `${here[0]}.${name}`;
    level = level.flatMap(([at, schema]) =>
      Object.entries(schema.properties ?? {}).flatMap(([key, below]) =>
        below.properties === undefined || COPIES.has(key) ? [] : [[at === '' ? key : `${at}.${key}`, below] as const],
      ),
    );
  }
  return undefined;
}
