/** Modules of the kernel that v1.5.8 or Debian's kernels for clouds have and that hosts of containers need: each loads in any machine. */
export const KNOWN_MODULES: readonly string[] = [
  ...['nfs', 'nfsv3', 'nfsv4', 'lockd', 'sunrpc', 'cifs', 'fuse', 'virtiofs', 'cuse', 'btrfs', 'ceph', 'xfs', 'udf', '9p', 'overlay', 'loop'],
  ...['rbd', 'drbd', 'nbd', 'zram', 'brd', 'iscsi_tcp', 'nvme-tcp', 'raid0', 'raid1', 'raid10', 'raid456'],
  ...['dm-crypt', 'dm-thin-pool', 'dm-raid', 'dm-mirror', 'dm-snapshot', 'dm-multipath', 'dm-verity', 'dm-integrity', 'dm-cache', 'dm-writecache'],
  ...['bonding', '8021q', 'wireguard', 'vxlan', 'geneve', 'macvlan', 'macvtap', 'ipvlan', 'veth', 'tun', 'dummy', 'ifb', 'vrf', 'bridge', 'br_netfilter', 'openvswitch'],
  ...['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh', 'ip_set', 'ip_set_hash_ip', 'ip_set_hash_net', 'xt_set', 'nf_tables', 'nft_compat', 'xt_TPROXY', 'xt_socket', 'xt_recent', 'xt_multiport'],
  ...['xfrm_user', 'xfrm_interface', 'esp4', 'esp6', 'ah4', 'ipcomp', 'af_key', 'ip_gre', 'ipip', 'sit', 'sch_netem', 'sch_fq', 'cls_bpf', 'vhost_net', 'vhost_vsock'],
  ...['tg3', 'bnx2', 'bnx2x', 'bnxt_en', 'be2net', 'mlx4_en', 'mlx5_core', 'e1000', 'e1000e', 'igb', 'igc', 'ixgbe', 'i40e', 'ice', 'r8169', 'atlantic', 'ena', 'gve', 'vmxnet3'],
  ...['tulip', 'pcnet32', '8139too', '8139cp', 'virtio_net', 'mpt3sas', 'mptspi', 'mptsas', 'megaraid_sas', 'sym53c8xx', 'aacraid', 'hpsa', 'smartpqi', 'arcmsr', 'mpi3mr'],
  ...['3w-9xxx', '3w-sas', 'ahci', 'nvme', 'ata_piix', 'vmw_pvscsi', 'scsi_dh_alua', 'scsi_dh_rdac', 'softdog'],
];

/** Those that refuse where their processor or hypervisor is another one. */
export const WITHOUT_HARDWARE: readonly string[] = ['kvm-intel', 'kvm-amd', 'hv_netvsc', 'hv_storvsc', 'xen-netfront', 'xen-blkfront', 'BusLogic', 'vmw_balloon'];
