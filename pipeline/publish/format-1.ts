import type { MediumKind } from '../core/medium.ts';
import type { Arch } from '../core/step.ts';

/** By the end of a release file's name; the first that fits. Manifests of format 1 say nothing but names. */
const KINDS: readonly (readonly [name: RegExp, kind: MediumKind])[] = [
  [/\.iso$/, 'iso'],
  [/^vmlinuz$/, 'kernel'],
  [/^initrd$/, 'initrd'],
  [/-gce\.tar\.gz$/, 'gce-archive'],
  [/^rootfs[\w]*\.tar\.gz$/, 'rootfs'],
  [/^console-[a-z]+\.tar\.gz$/, 'console-image'],
  [/\.vhd\.zst$/, 'vhd-zst'],
  [/\.raw\.zst$/, 'disk-zst'],
  // The name is that of RancherOS 1; the raw disk in it is packed.
  [/^rancheros\.img$/, 'disk-zst'],
  [/\.(img|qcow2)$/, 'qcow2'],
  [/\.vhdx$/, 'vhdx'],
  [/\.vhd$/, 'vhd'],
  [/\.vmdk$/, 'vmdk'],
  [/\.ova$/, 'ova'],
  [/\.zip$/, 'card-zip'],
  [/^aws-image\.json$/, 'aws-image'],
  [/\.ipxe$/, 'ipxe'],
];

/** What a file of format 1 is, by its path; undefined for a name that no such release has. */
export function kindByName(
  path: string,
): { readonly kind: MediumKind; readonly arch: Arch; readonly platform: string } | undefined {
  const [folder = ''] = path.includes('/') ? path.split('/', 1) : [];
  const name = path.slice(path.lastIndexOf('/') + 1);
  const kind = KINDS.find(([pattern]) => pattern.test(name))?.[1];
  if (kind === undefined) return undefined;
  const platform = kind === 'card-zip' ? 'raspberry-pi' : folder === '' || folder === 'arm64' ? 'generic' : folder;
  return { kind, arch: folder === 'arm64' ? 'arm64' : 'amd64', platform };
}
