/** Numbers of Linux capabilities that files of the system carry (linux/capability.h). */
const NUMBERS: { readonly [name: string]: number } = {
  cap_chown: 0,
  cap_dac_override: 1,
  cap_dac_read_search: 2,
  cap_fowner: 3,
  cap_fsetid: 4,
  cap_kill: 5,
  cap_setgid: 6,
  cap_setuid: 7,
  cap_setpcap: 8,
  cap_net_bind_service: 10,
  cap_net_broadcast: 11,
  cap_net_admin: 12,
  cap_net_raw: 13,
  cap_ipc_lock: 14,
  cap_sys_module: 16,
  cap_sys_rawio: 17,
  cap_sys_chroot: 18,
  cap_sys_ptrace: 19,
  cap_sys_admin: 21,
  cap_sys_boot: 22,
  cap_sys_nice: 23,
  cap_sys_resource: 24,
  cap_sys_time: 25,
  cap_mknod: 27,
  cap_audit_write: 29,
  cap_setfcap: 31,
  cap_syslog: 34,
  cap_wake_alarm: 35,
  cap_bpf: 39,
};

export const FILE_CAPABILITY_XATTR = 'security.capability';

/**
 * The value of `security.capability` for capabilities that are permitted and effective (`setcap name=ep`): `struct vfs_cap_data`
 * revision 2, 20 bytes, little-endian (linux/capability.h). `undefined` where a name is not known.
 */
export function fileCapability(names: readonly string[]): Uint8Array | undefined {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0200_0001, true);
  for (const name of names) {
    const number = NUMBERS[name];
    if (number === undefined) return undefined;
    // Permitted and inheritable sets lie by turns: low halves at 4 and 8, high halves at 12 and 16.
    const offset = number < 32 ? 4 : 12;
    view.setUint32(offset, (view.getUint32(offset, true) | (1 << (number % 32))) >>> 0, true);
  }
  return bytes;
}
