import { BuildError } from '../core/failure.ts';
import type { Arch } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import { effectNotBroughtAbout } from './messages.ts';

/**
 * How this system brings about what maintainer scripts would have done: effect of `targets/scripts.yaml` → paths that a tree with
 * it has. The paths come from overlays/system, from an effect of the layer writer (`filters.ts`), or from a step; that they are
 * there is proven for every tree.
 */
const EFFECTS: { readonly [name: string]: readonly string[] } = {
  alternatives: ['usr/bin/awk', 'usr/bin/editor', 'usr/bin/vi'],
  'bus-configuration': ['etc/dbus-1/modems.conf'],
  'ca-bundle': ['etc/ssl/certs/ca-certificates.crt'],
  'chrony-config': ['etc/chrony/chrony.conf', 'var/lib/chrony'],
  'default-files': [
    'etc/motd',
    'etc/profile',
    'opt',
    'root/.bashrc',
    'root/.profile',
    'srv',
    'usr/local/bin',
    'var/mail',
    'var/run',
  ],
  depmod: ['usr/lib/modules'],
  'dpkg-database': ['var/lib/dpkg/status', 'var/lib/dpkg/arch-native', 'var/lib/ucf/registry'],
  'hosts-files': ['etc/hosts'],
  inputrc: ['etc/inputrc'],
  'iptables-links': [
    'usr/sbin/arptables',
    'usr/sbin/ip6tables',
    'usr/sbin/iptables',
    'usr/sbin/iptables-restore',
    'usr/sbin/iptables-save',
  ],
  localtime: ['etc/localtime'],
  'pager-link': ['usr/bin/pager'],
  'pam-common': ['etc/environment', 'etc/pam.d/common-auth', 'etc/pam.d/common-session', 'etc/security/opasswd'],
  'regulatory-links': ['usr/lib/firmware/regulatory.db', 'usr/lib/firmware/regulatory.db.p7s'],
  'rsyslog-spool': ['var/spool/rsyslog'],
  shells: ['etc/shells'],
  'ssh-agent-group': ['usr/bin/ssh-agent'],
  'sshd-config': ['etc/ssh/sshd_config'],
  'sudoers-mode': ['etc/sudoers'],
  'users-and-groups': ['etc/group', 'etc/passwd', 'etc/shadow'],
  'which-link': ['usr/bin/which'],
  'wtmpdb-link': ['var/lib/wtmpdb/wtmp.db'],
};

/**
 * Paths that a tree must have because of the effects that its packages' scripts are acknowledged with. Throws `configuration` for an
 * effect that nothing here brings about.
 */
export function pathsOfEffects(context: BuildContext, sets: readonly string[], arch: Arch): readonly string[] {
  const names = context.effects(sets, arch);
  const unknown = names.filter((name) => !Object.hasOwn(EFFECTS, name)).map(effectNotBroughtAbout);
  const [first, ...rest] = unknown;
  if (first) throw new BuildError([first, ...rest]);
  return [...new Set(names.flatMap((name) => EFFECTS[name] ?? []))].sort();
}
