import type { Judgement, Verdict } from './judge.ts';
import { isTree, type Tree } from './merge.ts';
import { againstRules } from './ssh-rules.ts';

/** Files that other systems and RancherOS 1 read, by the beginning of their paths, and what to write instead. */
const UNREAD: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/(systemd\/system\/docker\.service\.d\/|default\/docker$|sysconfig\/docker$)/, 'Write rancher.docker.'],
  [
    /^\/(etc|lib|usr\/lib)\/systemd\//,
    'There is no systemd. Write a service below rancher.services, or a command into runcmd.',
  ],
  [/^\/etc\/(init|init\.d|rc\d?\.d)\//, 'Write a service below rancher.services, or a command into runcmd.'],
  [
    /^\/etc\/(netplan\/|network\/interfaces|sysconfig\/network|NetworkManager\/|systemd\/network\/)/,
    'Write rancher.network.interfaces.',
  ],
  [/^\/etc\/fstab$/, 'Write mounts.'],
  [/^\/etc\/(crontab$|cron\.)/, 'Give a service the label cron.schedule.'],
  [/^\/etc\/sysctl\.(conf$|d\/)/, 'Write rancher.sysctl.'],
  [/^\/etc\/modules(-load\.d\/|$)/, 'Write rancher.modules.'],
  [/^\/etc\/hostname$/, 'Write hostname.'],
  [/^\/etc\/(ntp\.conf|chrony)/, 'Write rancher.ntp.servers, or give /etc/ntp.conf the container ntp.'],
  [/^\/etc\/dhcpcd\.conf$/, 'Write dhcp_args of the interface, or give the file the container network.'],
  [/^\/etc\/wpa_supplicant/, 'Write rancher.network.wifi_networks.'],
  [/^\/etc\/resolv\.conf$/, 'It is made of rancher.network.dns and what DHCP says: write rancher.network.dns.'],
  [/^\/etc\/(iptables|ip6tables|nftables)/, 'Write “iptables-restore” with a file into rancher.network.post_cmds.'],
  [/^\/etc\/rsyslog/, 'Give the file the container syslog.'],
  [/^\/etc\/udev\//, 'Give the file the container udev.'],
  [
    /^\/boot\/(global\.cfg$|syslinux\/|extlinux\/|linux-(current|previous)\.cfg$)/,
    'GRUB starts this system; kernel parameters are given by “ros install --append”.',
  ],
];

const SSHD = /^\/etc\/ssh\/sshd_config(\.d\/.*)?$/;

/** What a configuration of sshd says against the rules of this system, as far as it is written in plain text. */
function onSshd(path: string, file: Tree): readonly Verdict[] {
  const { content, encoding = '' } = file;
  if (typeof content !== 'string' || !['', 'text/plain'].includes(String(encoding))) return [];
  return againstRules(content, path).map((message) => ({ message: `${message}.` }));
}

/** A path of write_files tells which program reads the file; a file that no program reads is written anyway. */
export const FILE_JUDGEMENTS: readonly Judgement[] = [
  {
    at: 'write_files.*',
    judge(file) {
      if (!isTree(file) || !['console', undefined].includes(file['container'] as string | undefined)) return undefined;
      const path = String(file['path']);
      if (SSHD.test(path)) return onSshd(path, file);
      const hint = UNREAD.find(([pattern]) => pattern.test(path))?.[1];
      return hint === undefined ? undefined : { message: `Nothing on this system reads ${path}.`, hint };
    },
  },
];
