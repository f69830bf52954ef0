import type { Arch } from '../core/step.ts';
import { treeCheck } from '../steps/tree-check/step.ts';
import type { BuildContext } from './context.ts';
import { pathsOfEffects } from './effects.ts';
import type { Layer } from './layer.ts';

/** Where the configuration layer means to change what a package brings: mode of a mount point, or a folder that becomes a link. */
const REPLACED = ['proc', 'sys', 'var/lib/chrony', 'var/lock', 'var/run', 'var/spool/rsyslog'];

/** Logs appear with the first entry. */
const MADE_LATER = ['var/lib/wtmpdb/wtmp.db'];

/** What packages ask systemd for at install or at boot, and who sees to it here. */
const HANDLED = [
  // Users and groups stand with fixed numbers in overlays/system/etc/{passwd,group}.
  'u sshd -:nogroup "sshd user" /run/sshd',
  'g input -',
  'g sgx -',
  'g clock -',
  'g kvm -',
  'g render -',
  // Every boot starts with empty /tmp and /run, so there is nothing old to remove or to spare.
  'x /tmp/ssh-*',
  'x /tmp/sshauth.*',
  'r! /etc/*',
  'D /run/sudo 0711 root root',
  // Nobody asks the bus of ModemManager for the id of the machine.
  'd /var/lib/dbus 0755 - - -',
  'L /var/lib/dbus/machine-id *',
  // lvm makes them itself.
  'd /run/lock/lvm 0700 root root -',
  'd /run/lvm 0700 root root -',
  // No SELinux.
  'd /run/setrans 0755 root root - -',
  // udev's rules set these as soon as a driver makes the node; a node without a driver is not made here.
  'z /dev/*',
];

/**
 * Proves, before anything is published, that a tree's files do not collide, that its programs find what they need, and that what
 * the scripts of its package sets would have done is there.
 */
export function proveTree(
  context: BuildContext,
  arch: Arch,
  layers: readonly Layer[],
  { sets, overlays }: { readonly sets: readonly string[]; readonly overlays: readonly string[] },
): void {
  const replaces = [
    ...overlays.flatMap((name) => context.overlayRules(name).replaces),
    ...(context.product?.overlays ?? []).flatMap(({ rules }) => rules.replaces),
  ];
  const { report } = treeCheck(context.graph, {
    title: `check the tree for ${arch}`,
    inputs: {
      layer: Object.fromEntries(layers.map(({ name, tar }) => [name, tar])),
      contents: Object.fromEntries(layers.map(({ name, contents }) => [name, contents])),
    },
    options: {
      arch,
      layers: layers.map(({ name }) => name),
      replaces: [...replaces, ...REPLACED],
      danglingLinks: MADE_LATER,
      handled: HANDLED,
      required: pathsOfEffects(context, sets, arch),
    },
  });
  context.prove(report);
}
