import type { Artifact } from '../core/step.ts';
import { kernelArguments } from '../shared/kernel-arguments.ts';
import type { BuildContext } from './context.ts';
import { textFile } from './text.ts';

/**
 * `rancheros.ipxe` with the absolute addresses of this very version, under `latest/` too: a script that says `latest` would pair
 * a kernel and an initrd of two releases while one replaces the other. Whoever serves the files from elsewhere sets `base-url` before.
 */
export function ipxeScript(context: BuildContext): Artifact<'text'> {
  const file = textFile(context, 'rancheros.ipxe', ipxeText(context));
  context.describe(file, { kind: 'ipxe', contents: { script: file } });
  return file;
}

/** The script for one release: its version, and the address of its files without a slash at the end. */
export function ipxeText(
  release: Pick<BuildContext, 'version' | 'releaseUrl'> & Partial<Pick<BuildContext, 'product'>>,
): string {
  return [
    '#!ipxe',
    `# ${release.product?.name ?? 'RancherOS'} ${release.version}`,
    'dhcp',
    `isset ${'${base-url}'} || set base-url ${release.releaseUrl}`,
    `kernel ${'${base-url}'}/vmlinuz initrd=initrd ${kernelArguments('network', 'amd64', release.product?.kernelArguments)}`,
    'initrd --name initrd ${base-url}/initrd',
    'boot',
    '',
  ].join('\n');
}
