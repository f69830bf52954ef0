import type { Artifact } from '../core/step.ts';
import type { BuildContext } from './context.ts';

/**
 * `rancheros.ipxe` with the absolute addresses of this very version, under `latest/` too: a script that says `latest` would pair
 * a kernel and an initrd of two releases while one replaces the other. Whoever serves the files from elsewhere sets `base-url` before.
 */
export function ipxeScript(context: BuildContext): Artifact<'text'> {
  const text = [
    '#!ipxe',
    `# RancherOS ${context.version}`,
    'dhcp',
    `isset ${'${base-url}'} || set base-url ${context.releaseUrl}`,
    'kernel ${base-url}/vmlinuz initrd=initrd console=tty0 console=ttyS0 printk.devkmsg=on panic=10 rancher.autologin=tty1 rancher.autologin=ttyS0',
    'initrd --name initrd ${base-url}/initrd',
    'boot',
    '',
  ].join('\n');
  return context.graph.add({
    title: 'rancheros.ipxe',
    action: { type: 'builtin', writer: 'text', options: { text } },
    inputs: {},
    outputs: { text: 'text' },
  }).text;
}
