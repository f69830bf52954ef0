import type { Arch } from '../core/step.ts';
import type { LayerOptions } from '../steps/layer/step.ts';

/**
 * What no layer carries: manuals, translations, and what only package management, systemd or a desktop would read. Copyright files
 * stay whatever is said here (the layer writer sees to it).
 */
const NEVER = [
  'usr/share/{man,info,locale,doc,doc-base,lintian,bug,menu,icons,pixmaps,applications,metainfo,gcc,gdb,apport,examples,keyrings,gnupg}',
  'usr/share/{bash-completion,zsh,fish,debianutils,debconf,initramfs-tools,polkit-1,dbus-1,perl5,consolefonts,iso-codes,runit}',
  'usr/lib/systemd/{system,user,system-generators,system-preset,system-sleep,system-shutdown}',
  'usr/lib/{tmpfiles.d,sysusers.d}',
  'etc/{init.d,rc?.d,init,sv,systemd,apparmor.d,logcheck,kernel,ufw,update-motd.d,selinux}',
  '**/*.a',
];

/** Links from the root into `usr`: the dynamic loader of amd64 lies in `lib64`, that of arm64 in `lib`. */
const USR_MERGE_LINKS: { readonly [arch in Arch]: LayerOptions['usrMergeLinks'] } = {
  amd64: ['bin', 'sbin', 'lib', 'lib64'],
  arm64: ['bin', 'sbin', 'lib'],
};

/** The userland that every container of the system and the console share. */
export function baseFilter(arch: Arch): LayerOptions {
  return { ...BASE_FILTER, usrMergeLinks: USR_MERGE_LINKS[arch] };
}

const BASE_FILTER: LayerOptions = {
  drop: [
    ...NEVER,
    // 12 MB of names for devices; udev's rules here do not ask for them.
    'usr/lib/udev/hwdb.d',
    // Character sets other than UTF-8, and the vector maths library of glibc.
    'usr/lib/*/gconv',
    'usr/lib/*/libmvec*',
    'usr/{include,src,games}',
    'usr/lib/*/perl*',
    'usr/share/perl*',
    'usr/lib/quickjs',
    'usr/bin/qjsc',
    'usr/bin/{systemd-*,cvtsudoers}',
    'usr/sbin/{sudo_logsrvd,sudo_sendlog,arpd}',
    'usr/lib/*/systemd/libsystemd-core*',
    'usr/lib/*/security/pam_userdb.so',
    'usr/share/zoneinfo/right',
    'usr/share/common-licenses/GFDL*',
    // What nothing in the system opens: password databases of SASL and PAM, plug-ins of Kerberos, hardware tokens of ssh's own
    // client, OpenSSL's algorithms of the past, the encoder of Brotli (curl decodes), tables of a key exchange that no client prefers.
    'usr/lib/*/{sasl2,krb5}',
    'usr/lib/*/{libdb-5.3*,liblastlog2*,libbrotlienc*,libfido2*,libcbor*}',
    'usr/lib/*/security/pam_lastlog2.so',
    'usr/lib/*/ossl-modules',
    'usr/lib/openssh/{ssh-sk-helper,ssh-pkcs11-helper}',
    'usr/bin/{ssh-keyscan,lslogins}',
    'etc/ssh/moduli',
    // iproute2's tools for RDMA, TIPC, data centre bridging and smart cards of networks.
    'usr/{bin,sbin}/{rdma,tipc,dcb,devlink}',
    'usr/sbin/debugfs',
    // Scripts for Perl and Python, and rmt, whose target is an alternative.
    'usr/bin/{c_rehash,routel}',
    'usr/sbin/{pam-auth-update,pam_getenv}',
    'usr/lib/ssl/misc',
    'etc/rmt',
    // Of nfs-common mount.nfs and showmount, of cifs-utils mount.cifs: their daemons, and programs that ask a key service or winbind.
    'usr/sbin/{blkmapd,mountstats,nfsconf,nfsidmap,nfsiostat,nfsstat,rpc.*,rpcctl,rpcdebug,sm-notify,start-statd}',
    'usr/libexec/nfsrahead',
    'usr/lib/udev/rules.d/99-nfs.rules',
    'usr/share/nfs-common',
    'var/lib/nfs',
    'etc/default/nfs-common',
    'etc/request-key.d',
    'usr/sbin/{cifs.idmap,cifs.upcall}',
    'usr/bin/{cifscreds,getcifsacl,setcifsacl,smb2-quota,smbinfo}',
    'usr/lib/*/cifs-utils',
    'usr/lib/*/security/pam_cifscreds.so',
    // Arrays and volume groups are put together where the configuration asks for it, not by udev; their own lvm.conf is in
    // overlays/system.
    'usr/lib/udev/rules.d/{64-md-raid-assembly,69-md-clustered-confirm-device,69-lvm}.rules',
    'usr/share/mdadm',
    'etc/modprobe.d/mdadm.conf',
    'usr/sbin/{blkdeactivate,lvmdump,lvmpolld}',
    'etc/lvm',
    // System cron runs what cloud-config says, not what packages bring.
    'etc/cron.*',
    'etc/{network,ppp,dhcp}',
    'etc/default/{networking,ssh,cron}',
    // Written anew by the configuration layer.
    'etc/os-release',
    'usr/lib/os-release',
    'etc/issue.net',
  ],
  effects: [
    { effect: 'ca-bundle' },
    { effect: 'shells', shells: ['bin/sh', 'usr/bin/sh', 'bin/bash', 'usr/bin/bash', 'bin/dash', 'usr/bin/dash'] },
  ],
  modes: [
    // Its package ships it readable by all and its script mends that.
    { path: 'etc/sudoers', mode: 0o440 },
    // Group _ssh of overlays/system/etc/group: nobody can read an agent's memory who does not own it.
    { path: 'usr/bin/ssh-agent', mode: 0o2755, gid: 986 },
  ],
};

/** Docker for the system and for the user: one set of programs. */
export const ENGINE_FILTER: LayerOptions = {
  drop: [
    ...NEVER,
    'etc',
    'usr/lib/udev',
    'usr/share/xtables',
    // Of apparmor the parser, which container engines call with profiles of their own; its configuration is in overlays/system.
    'usr/{bin,sbin}/{aa-*,apparmor_status}',
    'usr/lib/apparmor',
    'usr/sbin/nfnl_osf',
    // Debugging tools, the shims of the past, and the userland proxy, which is switched off.
    'usr/bin/{ctr,containerd-stress,containerd-shim,containerd-shim-runc-v1}',
    'usr/sbin/docker-proxy',
  ],
};

/** `docker compose` and `docker buildx`. */
export const PLUGINS_FILTER: LayerOptions = { drop: [...NEVER] };

/** What a target adds: agents of hypervisors, modems. */
export const EXTRAS_FILTER: LayerOptions = {
  drop: [
    ...NEVER,
    // Indexes of what is not here; scripts that ifupdown calls; vm-support, which wants pciutils.
    'usr/lib/*/{glib-2.0,pkgconfig}',
    'etc/{network,ppp,dhcp,dbus-1,xdg,ifplugd}',
    'usr/bin/vm-support',
  ],
};

/** What the effect accounts adds to. */
export const ACCOUNT_TABLES = ['etc/group', 'etc/passwd', 'etc/shadow'];
