import type { Artifact } from '../core/step.ts';
import { gzipCompressed } from '../steps/gzip/step.ts';
import { imageArchive } from '../steps/image-archive/step.ts';
import { measuredStream } from '../steps/measured-stream/step.ts';
import type { BuildContext } from './context.ts';
import { ACCOUNT_TABLES } from './filters.ts';
import { composeLayer } from './layer.ts';
import { fileOfPackage } from './packages.ts';
import { toolsOf } from './tool-image.ts';

/** The image that overlays/system/usr/share/ros/consoles/debian.yml names. Its tag is Debian's: a console outlives the release it came with. */
const IMAGE = 'rancher/os-debianconsole:13';

/** Of overlays/system: the accounts and who may do what, as in the default console. */
const SHARED = [
  'etc/environment',
  'etc/group',
  'etc/hostname',
  'etc/inputrc',
  'etc/motd',
  'etc/pam.d/common-account',
  'etc/pam.d/common-auth',
  'etc/pam.d/common-password',
  'etc/pam.d/common-session',
  'etc/pam.d/common-session-noninteractive',
  'etc/passwd',
  'etc/profile',
  'etc/security/opasswd',
  'etc/shadow',
  'etc/ssh/sshd_config',
  'etc/sudoers.d/rancheros',
  'root/.bashrc',
  'root/.profile',
];

/** Where apt finds packages, as apt itself proposes it for the release of Debian that it is of. */
const APT_SOURCES = 'usr/share/doc/apt/examples/debian.sources';

/**
 * `console-debian.tar.gz`: a console with all of Debian's package management, as an archive for `docker load`. Whole in itself, so that it
 * works under every later release.
 */
export function debianConsole(context: BuildContext, name: string): Artifact<'gzip'> {
  const layer = composeLayer(context, {
    name: 'console-debian',
    packages: context.packages('console-debian', 'amd64'),
    files: {
      ...Object.fromEntries(SHARED.map((path) => [path, { from: 'repository', path: `overlays/system/${path}` }])),
      'etc/apt/sources.list.d/debian.sources': fileOfPackage(context, {
        set: 'console-debian',
        arch: 'amd64',
        name: 'apt',
        path: APT_SOURCES,
      }),
    },
    options: {
      dpkgDatabase: true,
      usrMergeLinks: ['bin', 'sbin', 'lib', 'lib64'],
      // As in Debian's own slim images; copyright files stay.
      drop: ['usr/share/{man,info,locale,doc,lintian}', 'var/{lock,run}'],
      files: [
        // Containers of the system have no systemd to start anything with.
        { path: 'usr/sbin/policy-rc.d', mode: 0o755, text: '#!/bin/sh\nexit 101\n' },
        { path: 'var/lib/ucf/hashfile', text: '' },
        { path: 'var/lib/ucf/registry', text: '' },
        { path: 'etc/subuid', text: '' },
        { path: 'etc/subgid', text: '' },
      ],
      directories: [
        ...['dev', 'home', 'media', 'mnt', 'opt', 'srv', 'var/log', 'var/lib/rancher'].map((path) => ({ path })),
        ...['bin', 'etc', 'lib', 'sbin', 'share'].map((each) => ({ path: `usr/local/${each}` })),
        { path: 'root', mode: 0o700 },
        { path: 'var/mail', mode: 0o2775, gid: 8 },
      ],
      links: [
        { path: 'etc/localtime', target: '/usr/share/zoneinfo/Etc/UTC' },
        { path: 'etc/mtab', target: '../proc/self/mounts' },
        { path: 'usr/bin/awk', target: 'mawk' },
        { path: 'usr/bin/editor', target: 'nano' },
        { path: 'usr/bin/pager', target: 'less' },
        { path: 'usr/bin/vi', target: 'vim.tiny' },
        { path: 'usr/bin/which', target: 'which.debianutils' },
        { path: 'var/lock', target: '../run/lock' },
        { path: 'var/run', target: '../run' },
      ],
      replaces: ACCOUNT_TABLES,
      effects: [
        { effect: 'accounts', ...context.accounts('amd64') },
        { effect: 'ca-bundle' },
        { effect: 'shells', shells: ['bin/sh', 'usr/bin/sh', 'bin/bash', 'usr/bin/bash'] },
      ],
      modes: [
        { path: 'etc/shadow', mode: 0o640, gid: 42 },
        { path: 'etc/security/opasswd', mode: 0o600 },
        { path: 'etc/sudoers', mode: 0o440 },
        { path: 'etc/sudoers.d/rancheros', mode: 0o440 },
        { path: 'usr/bin/ssh-agent', mode: 0o2755, gid: 986 },
      ],
    },
  });
  const { pieces } = imageArchive(context.graph, {
    title: `image ${IMAGE}`,
    inputs: { layer: layer.tar },
    options: { arch: 'amd64', name: IMAGE },
  });
  const stream = { pieces, parts: { layer: layer.tar } };
  const file = gzipCompressed(toolsOf(context), name, stream, 6);
  const measures = measuredStream(context.graph, { title: `measures of ${name}`, streams: [stream], as: 'tar' });
  context.describe(file, { kind: 'console-image', contents: { layer: layer.tar }, measures });
  return file;
}
