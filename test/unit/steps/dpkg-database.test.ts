import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LayerOptions } from '../../../pipeline/steps/layer/step.ts';
import { write } from '../../../pipeline/steps/layer/write.ts';
import { file, folder, type Member, membersOf, runWriter, tarOf, textIn } from '../trees/sample.ts';

interface Sample {
  readonly members: readonly Member[];
  readonly stanza: string;
  readonly scripts?: { readonly [name: string]: string };
  readonly conffiles?: readonly string[];
  readonly architecture?: string;
}

const SAMPLES: { readonly [name: string]: Sample } = {
  tool: {
    members: [folder(''), folder('etc'), file('etc/tool.conf', 'as shipped\n'), folder('bin'), file('bin/tool', '#!'), folder('usr/share/man'), file('usr/share/man/tool.1', 'dropped')],
    stanza: 'Package: tool\nVersion: 1\nArchitecture: all\nDescription: a tool\n of several lines\n',
    scripts: { postinst: '#!/bin/sh\n', triggers: '# a comment\ninterest-noawait /usr/share/tool\nactivate ldconfig\n' },
    conffiles: ['/etc/tool.conf', '/etc/gone.conf'],
    architecture: 'all',
  },
  'libx1:any': {
    members: [folder('usr/lib'), file('usr/lib/libx.so.1', 'x')],
    stanza: 'Package: libx1\nVersion: 2\nArchitecture: amd64\nMulti-Arch: same\n',
    scripts: { triggers: 'interest ldconfig\n' },
  },
};

async function database(): Promise<Buffer> {
  const inputs: { [name: string]: Uint8Array } = {};
  const packages = Object.entries(SAMPLES).map(([key, { members, stanza, scripts = {}, conffiles = [], architecture = 'amd64' }]) => {
    const name = key.replace(':any', '');
    inputs[`package/${name}`] = tarOf(members);
    inputs[`control/${name}`] = Buffer.from(JSON.stringify({ package: name, version: '1', architecture, stanza, scripts, conffiles }));
    return name;
  });
  const options: LayerOptions = { packages, dpkgDatabase: true, usrMergeLinks: ['bin'], drop: ['usr/share/man'] };
  return (await runWriter(write, { inputs, outputs: ['tar', 'contents'], options })).tar;
}

test('every package counts as installed, with the sums of its configuration files', async () => {
  const tar = await database();
  assert.equal(
    textIn(tar, 'var/lib/dpkg/status'),
    // md5 of “as shipped\n”
    'Package: libx1\nStatus: install ok installed\nVersion: 2\nArchitecture: amd64\nMulti-Arch: same\n\n' +
      'Package: tool\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nDescription: a tool\n of several lines\nConffiles:\n /etc/tool.conf 215586009b60af42c128105c6001a5f9\n\n',
  );
  assert.equal(textIn(tar, 'var/lib/dpkg/arch-native'), 'amd64\n');
  assert.ok(![...membersOf(tar).keys()].some((path) => path.includes('status.d')));
});

test('each package has its list of files, also of those that were not taken, and the scripts that dpkg calls later', async () => {
  const tar = await database();
  const list = textIn(tar, 'var/lib/dpkg/info/tool.list')?.split('\n') ?? [];
  assert.equal(list[0], '/.');
  for (const path of ['/etc/tool.conf', '/usr/bin/tool', '/usr/share/man/tool.1']) assert.ok(list.includes(path), path);
  // md5 of “#!”; neither configuration nor what was dropped.
  assert.equal(textIn(tar, 'var/lib/dpkg/info/tool.md5sums'), 'ad540a4cc5c410795131d4d8db7a6d91  usr/bin/tool\n');
  assert.equal(textIn(tar, 'var/lib/dpkg/info/tool.conffiles'), '/etc/tool.conf\n/etc/gone.conf\n');
  assert.equal(membersOf(tar).get('var/lib/dpkg/info/tool.postinst')?.mode, 0o755);
  assert.match(textIn(tar, 'var/lib/dpkg/info/libx1:amd64.list') ?? '', /^\/usr\/lib\/libx\.so\.1$/m);
});

test('triggers are known by whoever is interested in them', async () => {
  const tar = await database();
  assert.equal(textIn(tar, 'var/lib/dpkg/triggers/File'), '/usr/share/tool tool/noawait\n');
  assert.equal(textIn(tar, 'var/lib/dpkg/triggers/ldconfig'), 'libx1:amd64\n');
});
