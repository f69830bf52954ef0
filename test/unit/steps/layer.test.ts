import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../../pipeline/core/json.ts';
import type { LayerOptions } from '../../../pipeline/steps/layer/step.ts';
import { write } from '../../../pipeline/steps/layer/write.ts';
import { EPOCH, failure, file, folder, hardLink, type Member, membersOf, runWriter, symlink, tarOf, textIn } from '../trees/sample.ts';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';

const PACKAGES: { readonly [name: string]: readonly Member[] } = {
  base: [
    folder(''),
    folder('etc'),
    folder('bin'),
    file('bin/sh', 'shell', { mode: 0o755 }),
    folder('usr'),
    folder('usr/share'),
    folder('usr/share/doc'),
    folder('usr/share/doc/base'),
    file('usr/share/doc/base/copyright', 'free'),
    file('usr/share/doc/base/changelog', 'long'),
    folder('lib'),
    file('lib/libx.so.1', 'lib'),
    symlink('lib/libx.so', 'libx.so.1'),
    symlink('sbin', 'usr/sbin'),
  ],
  ping: [folder('usr'), folder('usr/bin'), file('usr/bin/ping', 'ping', { mode: 0o755 }), hardLink('usr/bin/ping4', 'usr/bin/ping'), folder('etc'), file('etc/ping.conf', 'from ping')],
  rival: [folder('etc'), file('etc/ping.conf', 'from rival')],
  twin: [folder('etc'), file('etc/ping.conf', 'from ping')],
  sticky: [folder('etc', { mode: 0o700 })],
  units: [folder('usr/lib/sysusers.d'), file('usr/lib/sysusers.d/x.conf', '# a comment\nu  sshd\t- "a user"\n\n')],
  certificates: [
    folder('usr/share/ca-certificates/mozilla'),
    file('usr/share/ca-certificates/mozilla/b.crt', `${CERTIFICATE}\n`),
    file('usr/share/ca-certificates/mozilla/a.crt', CERTIFICATE.replace('AAAA', 'BBBB')),
  ],
};

interface Made {
  readonly tar: Buffer;
  readonly contents: { readonly [name: string]: Json };
}

async function layer(
  names: readonly string[],
  options: LayerOptions = {},
  { overlay, files = {} }: { readonly overlay?: readonly Member[]; readonly files?: { readonly [path: string]: string } } = {},
): Promise<Made> {
  const inputs: { [name: string]: Uint8Array } = {};
  for (const name of names) {
    inputs[`package/${name}`] = tarOf(PACKAGES[name] ?? []);
    inputs[`control/${name}`] = Buffer.from(JSON.stringify({ package: name, version: '1', architecture: 'amd64', stanza: `Package: ${name}\n`, scripts: {}, conffiles: [] }));
  }
  if (overlay) inputs['overlay/mine'] = tarOf(overlay);
  for (const [path, text] of Object.entries(files)) inputs[`file/${path}`] = Buffer.from(text);
  const all: LayerOptions = { packages: names, ...(overlay ? { overlays: [{ name: 'mine' }] } : {}), ...options };
  const made = await runWriter(write, { inputs, outputs: ['tar', 'contents'], options: all });
  return { tar: made.tar, contents: JSON.parse(made.contents.toString()) as { readonly [name: string]: Json } };
}

test('packages are joined, merged into /usr, and described', async () => {
  const { tar, contents } = await layer(['base', 'ping'], { usrMergeLinks: ['bin', 'sbin', 'lib'], drop: ['usr/share/doc'] });
  const members = membersOf(tar);
  assert.deepEqual(
    [...members.keys()],
    [
      '',
      'bin',
      'etc',
      'etc/ping.conf',
      'lib',
      'sbin',
      'usr',
      'usr/bin',
      'usr/bin/ping',
      'usr/bin/ping4',
      'usr/bin/sh',
      'usr/lib',
      'usr/lib/libx.so',
      'usr/lib/libx.so.1',
      'usr/share',
      'usr/share/doc',
      'usr/share/doc/base',
      'usr/share/doc/base/copyright',
      'var',
      'var/lib',
      'var/lib/dpkg',
      'var/lib/dpkg/status.d',
      'var/lib/dpkg/status.d/base',
      'var/lib/dpkg/status.d/ping',
    ],
  );
  assert.equal(members.get('bin')?.target, 'usr/bin');
  assert.equal(members.get('usr/bin/ping4')?.type, 'link');
  assert.equal(textIn(tar, 'var/lib/dpkg/status.d/ping'), 'Package: ping\n');
  assert.deepEqual(contents['packages'], [
    { name: 'base', version: '1', architecture: 'amd64', files: 5, bytes: 5 + 4 + 3 + 'Package: base\n'.length, conffiles: [] },
    { name: 'ping', version: '1', architecture: 'amd64', files: 4, bytes: 4 + 9 + 'Package: ping\n'.length, conffiles: [] },
  ]);
});

const TROUBLE: readonly (readonly [string, readonly string[], LayerOptions, RegExp])[] = [
  ['two packages with one file of other contents', ['ping', 'rival'], {}, /\/etc\/ping\.conf comes from package ping and from package rival, and they differ: other contents/],
  ['folders of two modes', ['ping', 'sticky'], {}, /\/etc comes from package ping and from package sticky, and they differ: mode 0755 and 0700/],
  ['a file where a package has a folder', ['base'], { files: [{ path: 'etc', text: '' }] }, /\/etc comes from package base and from files etc, and they differ: a directory and a file/],
  ['a file below a link', ['base'], { links: [{ path: 'x', target: '/tmp' }], files: [{ path: 'x/y', text: '' }] }, /\/x\/y of files x\/y lies below \/x, which is a symlink of links x/],
  ['a mode for a path that is not there', ['base'], { modes: [{ path: 'no/such', mode: 0 }] }, /modes of this layer name \/no\/such/],
  ['a certificate bundle without certificates', ['base'], { effects: [{ effect: 'ca-bundle' }] }, /finds no certificates/],
  ['a shell that is not there', ['base'], { effects: [{ effect: 'shells', shells: ['bin/zsh'] }] }, /names \/bin\/zsh/],
];
for (const [sentence, names, options, message] of TROUBLE) {
  test(`${sentence} is refused by name`, async () => {
    await assert.rejects(layer(names, options), failure('configuration', message));
  });
}

test('equal files of two packages are no conflict, and the first owns it', async () => {
  const { contents } = await layer(['ping', 'twin']);
  const entries = contents['entries'] as readonly { readonly path: string; readonly owner: string }[];
  assert.equal(entries.find(({ path }) => path === 'etc/ping.conf')?.owner, 'package ping');
});

test('what is declared as replaced comes from the later package', async () => {
  assert.equal(textIn((await layer(['ping', 'rival'], { replaces: ['etc/*.conf'] })).tar, 'etc/ping.conf'), 'from rival');
});

test('of what is kept only that is taken, and the folders above it', async () => {
  assert.deepEqual([...membersOf((await layer([])).tar).keys()], ['']);
  const { tar } = await layer(['ping'], { keep: ['usr/bin/ping4'] });
  assert.deepEqual(
    [...membersOf(tar).keys()].filter((path) => !path.startsWith('var')),
    ['', 'usr', 'usr/bin', 'usr/bin/ping4'],
  );
});

test('a filter may take the first name of a hard-linked file and leave the second', async () => {
  const { tar } = await layer(['ping'], { drop: ['usr/bin/ping', 'etc'] });
  assert.deepEqual([membersOf(tar).get('usr/bin/ping4')?.type, textIn(tar, 'usr/bin/ping4')], ['file', 'ping']);
});

const OVERLAY: readonly Member[] = [
  folder('etc', { mode: 0o775 }),
  file('etc/motd', 'hi', { mode: 0o664, uid: 1000, gid: 1000 }),
  file('etc/run', '#!', { mode: 0o775 }),
  file('etc/secret', 's', { mode: 0o600 }),
  file('etc/.gitkeep', ''),
];

test("an overlay's modes come from the executable bit and the rules, never from a checkout", async () => {
  const members = membersOf((await layer([], { overlays: [{ name: 'mine', rules: [{ path: 'etc/secret', mode: 0o640, gid: 42 }] }] }, { overlay: OVERLAY })).tar);
  const shown = [...members.values()].map(({ path, mode, uid, gid }) => `${path} ${mode.toString(8)} ${uid}:${gid}`);
  assert.deepEqual(shown, [' 755 0:0', 'etc 755 0:0', 'etc/motd 644 0:0', 'etc/run 755 0:0', 'etc/secret 640 0:42']);
});

test('a rule for an overlay that matches nothing is refused', async () => {
  await assert.rejects(layer([], { overlays: [{ name: 'mine', rules: [{ path: 'etc/secrets' }] }] }, { overlay: OVERLAY }), failure('configuration', /rule for "etc\/secrets", which matches nothing/));
});

test('an overlay file covers a package file only where that is declared', async () => {
  const overlay = [file('etc/ping.conf', 'mine')];
  await assert.rejects(layer(['ping'], {}, { overlay }), failure('configuration', /from package ping and from overlay mine/));
  assert.equal(textIn((await layer(['ping'], { replaces: ['etc/ping.conf'] }, { overlay })).tar, 'etc/ping.conf'), 'mine');
});

test('a folder that is asked for has that mode, whoever brings it', async () => {
  const members = membersOf((await layer(['base'], { directories: [{ path: 'etc', mode: 0o711 }, { path: 'var/empty' }] })).tar);
  assert.deepEqual([members.get('etc')?.mode, members.get('var/empty')?.mode], [0o711, 0o755]);
});

test('single files, texts and links lie where they are named', async () => {
  const { tar } = await layer([], { files: [{ path: 'bin/hello', text: 'hi', mode: 0o755 }], links: [{ path: 'etc/mtab', target: '../proc/self/mounts' }] }, { files: { 'opt/blob': 'bytes' } });
  assert.deepEqual([textIn(tar, 'usr/bin/hello'), textIn(tar, 'opt/blob'), membersOf(tar).get('etc/mtab')?.target], ['hi', 'bytes', '../proc/self/mounts']);
});

test('a mode goes to all names of a file', async () => {
  const members = membersOf((await layer(['ping'], { modes: [{ path: 'bin/ping4', mode: 0o711 }] })).tar);
  assert.equal(members.get('usr/bin/ping')?.mode, 0o711);
});

test('certificates become one bundle, in the order of their names, each ending its line', async () => {
  const { tar } = await layer(['certificates'], { effects: [{ effect: 'ca-bundle' }] });
  assert.equal(textIn(tar, 'etc/ssl/certs/ca-certificates.crt'), `${CERTIFICATE.replace('AAAA', 'BBBB')}\n${CERTIFICATE}\n`);
});

test('shells are listed in the order in which they are named', async () => {
  const { tar } = await layer(['ping'], { effects: [{ effect: 'shells', shells: ['bin/ping', 'usr/bin/ping4'] }] });
  assert.equal(textIn(tar, 'etc/shells'), '# /etc/shells: valid login shells\n/bin/ping\n/usr/bin/ping4\n');
});

test('what packages declare for systemd is remembered, also when the file is dropped', async () => {
  const { contents } = await layer(['units'], { drop: ['usr/lib/sysusers.d'] });
  assert.deepEqual(contents['declarations'], [{ owner: 'package units', path: 'usr/lib/sysusers.d/x.conf', line: 'u sshd - "a user"' }]);
});

test('nothing in a layer is younger than the epoch, and what we make has its time', async () => {
  const { tar } = await layer(['base'], { files: [{ path: 'x', text: '' }] });
  for (const { mtime } of membersOf(tar).values()) assert.ok(mtime <= EPOCH);
  assert.equal(membersOf(tar).get('x')?.mtime, EPOCH);
});
