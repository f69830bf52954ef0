import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { write } from '../../../pipeline/steps/unpack-deb/write.ts';
import { arOf, debOf, device, EPOCH, failure, file, folder, hardLink, membersOf, runWriter, scratch, symlink, tarOf, textIn } from '../trees/sample.ts';

const DATA = tarOf([
  folder(''),
  folder('usr'),
  folder('usr/bin'),
  file('usr/bin/sudo', 'x', { mode: 0o4755, mtime: EPOCH + 99 }),
  file('usr/bin/write', 'x', { mode: 0o2755, gid: 5 }),
  hardLink('usr/bin/again', 'usr/bin/sudo'),
  symlink('usr/bin/awk', '/etc/alternatives/awk'),
  folder('tmp', { mode: 0o1777 }),
  file('etc', '', { uid: 70_000, gid: 3_000_000 }),
]);
const CONTROL = {
  control: 'Package: sample\nVersion: 1:2.0-1\nArchitecture: all\n',
  postinst: '#!/bin/sh\nexit 0\n',
  triggers: 'activate-noawait ldconfig\n',
  conffiles: '/etc/a.conf\nremove-on-upgrade /etc/b.conf\n',
  md5sums: 'whatever',
};

/** `data.tar` with one file `f` holding `hello`, as liblzma packs it. */
const XZ = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cf/AFxdABcLyUDd4XBklONRMjKOQTPeWCwwZvMb+iOyepI7nqeNRljGWXDpGHGwUOf3IrQW0Gq8/3u0Us9Ktd4MHea5NueI0wEM4vWHk49RE7BfXcGySHFd0oqE36NGQKMAACcs+EF3bfmtAAF4gFAAAABB5M9escRn+wIAAAAABFla',
  'base64',
);

async function unpack(deb: Buffer): Promise<{ readonly data: Buffer; readonly control: Buffer }> {
  const made = await runWriter(write, { inputs: { package: deb }, outputs: ['data', 'control'], options: {} });
  return { data: made['data'] ?? Buffer.alloc(0), control: made['control'] ?? Buffer.alloc(0) };
}

test('modes, owners and links come out as they are in the package, timestamps clamped', async () => {
  const members = membersOf((await unpack(debOf(DATA))).data);
  assert.deepEqual([members.get('usr/bin/again')?.mode, members.get('usr/bin/again')?.mtime], [0o4755, EPOCH]);
  assert.equal(members.get('usr/bin/sudo')?.target, 'usr/bin/again', 'the first name in order holds the bytes');
  assert.deepEqual([members.get('usr/bin/write')?.mode, members.get('usr/bin/write')?.gid], [0o2755, 5]);
  assert.equal(members.get('tmp')?.mode, 0o1777);
  assert.deepEqual([members.get('etc')?.uid, members.get('etc')?.gid], [70_000, 3_000_000]);
  assert.equal(members.get('usr/bin/awk')?.target, '/etc/alternatives/awk');
});

test('the control archive is told as plain data', async () => {
  const { control } = await unpack(debOf(DATA, { control: CONTROL }));
  assert.deepEqual(JSON.parse(control.toString()), {
    package: 'sample',
    version: '1:2.0-1',
    architecture: 'all',
    stanza: CONTROL.control,
    scripts: { postinst: CONTROL.postinst, triggers: CONTROL.triggers },
    conffiles: ['/etc/a.conf'],
  });
});

test('a package that is compressed in another way unpacks to the same bytes', async () => {
  const [one, other] = await Promise.all([unpack(debOf(DATA)), unpack(debOf(DATA, { name: 'data.tar' }))]);
  assert.ok(one.data.equals(other.data));
});

const HOSTILE: readonly (readonly [string, Buffer, RegExp])[] = [
  ['is no archive', Buffer.from('<html>Not found</html>'), /no ar archive/],
  ['is of another format', arOf([{ name: 'debian-binary', bytes: Buffer.from('3.0\n') }]), /no Debian package of format 2/],
  ['has no control archive', arOf([{ name: 'debian-binary', bytes: Buffer.from('2.0\n') }]), /has no control\.tar/],
  ['is packed with zstd', debOf(DATA, { name: 'data.tar.zst' }), /data\.tar\.zst": this compression is not supported/],
  ['has a control file without a version', debOf(DATA, { control: { control: 'Package: x\n' } }), /control file without Version/],
  ['has a device', debOf(tarOf([device('dev/console')])), /package sample has a character-device "dev\/console"/],
  ['puts a file through a link', debOf(tarOf([symlink('etc', '/'), file('etc/passwd', '')])), /package sample puts "etc\/passwd" through "etc"/],
  ['is cut short within its data', debOf(gzipSync(DATA).subarray(0, 100), { name: 'data.tar.gz' }), /package sample/],
  [
    'has damaged gzip',
    arOf([...['debian-binary', 'control.tar.gz', 'data.tar.gz'].map((name) => ({ name, bytes: name === 'debian-binary' ? Buffer.from('2.0\n') : Buffer.from('no gzip') }))]),
    /gzip stream does not decompress/,
  ],
];
for (const [sentence, deb, message] of HOSTILE) {
  test(`a package that ${sentence} is refused`, async () => {
    await assert.rejects(unpack(deb), failure('wrong-bytes', message));
  });
}

test('an archive that is made to fill the disk stops early and leaves nothing but what it was allowed', async () => {
  const bomb = debOf(tarOf([file('zeros', Buffer.alloc(80 << 20))]));
  await assert.rejects(unpack(bomb), failure('wrong-bytes', /package sample: data\.tar\.gz unpacks to more than \d+ bytes/));
});

test('nothing is left beside the outputs, also when it fails', async () => {
  const data = scratch();
  const place = scratch();
  writeFileSync(place, debOf(tarOf([device('null')])));
  await assert.rejects(async () => write({ inputs: { package: place }, outputs: { data, control: scratch() }, options: {}, epoch: EPOCH }));
  assert.equal(existsSync(`${data}.spool`), false);
});

const xzDeb = (data: Buffer): Buffer =>
  arOf([
    { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
    { name: 'control.tar', bytes: tarOf([file('control', CONTROL.control)]) },
    { name: 'data.tar.xz', bytes: data },
  ]);

test('xz is unpacked', async () => {
  assert.equal(textIn((await unpack(xzDeb(XZ))).data, 'f'), 'hello\n');
});

test('every cut of an xz stream is noticed, and every flipped bit that changes what comes out', async () => {
  const wanted = (await unpack(xzDeb(XZ))).data;
  const flipped = (at: number): Buffer => {
    const bytes = Buffer.from(XZ);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  for (let at = 0; at < XZ.length; at += 3) {
    await assert.rejects(unpack(xzDeb(XZ.subarray(0, at))), failure('wrong-bytes', /xz stream does not decompress/), `cut at ${at}`);
    // LZMA never looks at the first byte of a chunk's range coder.
    const same = await unpack(xzDeb(flipped(at))).then(({ data }) => data.equals(wanted), failure('wrong-bytes', /xz stream does not decompress/));
    assert.ok(same, `bit ${at}`);
  }
});
