import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extract, pack } from 'tar-stream';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import type { TarEntry } from '../../../pipeline/formats/tar-entry.ts';
import { encodeTarHeader } from '../../../pipeline/formats/tar-header.ts';
import { indexTar } from '../../../pipeline/formats/tar-index.ts';
import { device, EPOCH, failure, file, folder, forged, hardLink, type Member, symlink, tarOf } from '../trees/sample.ts';

const LONG = `${'deep/'.repeat(30)}name`;

/** Whatever the writer says, the reader hears; and tar-stream, which knows neither, agrees where it can. */
const ENTRIES: readonly (readonly [string, Member])[] = [
  ['a file', file('etc/hostname', 'rancher\n')],
  ['an empty file', file('empty', '')],
  ['a file of whole blocks', file('block', Buffer.alloc(1024, 7))],
  ['a folder', folder('etc')],
  ['the root', folder('')],
  ['a symbolic link', symlink('bin', 'usr/bin')],
  ['a device', device('dev/console')],
  ['mode 0', file('secret', 'x', { mode: 0 })],
  ['setuid', file('su', 'x', { mode: 0o4755 })],
  ['a sticky folder', folder('tmp', { mode: 0o1777 })],
  ['the first second of 1970', file('old', 'x', { mtime: 0 })],
  ['a name of exactly 100 bytes', file('n'.repeat(100), 'x')],
  ['a name of 101 bytes', file(`${'n'.repeat(60)}/${'m'.repeat(40)}`, 'x')],
  ['a name of 154 bytes', file(LONG, 'x')],
  ['a folder whose slash makes 101 bytes', folder('f'.repeat(100))],
  ['a name beyond ASCII', file('usr/share/Főtanúsítvány.crt', 'x')],
  ['a link target of 150 bytes', symlink('l', 't'.repeat(150))],
  ['a large owner', file('x', 'x', { uid: 4_000_000, gid: 0xffff_fffe })],
];

for (const [sentence, member] of ENTRIES) {
  test(`${sentence} is read back as it was written`, () => {
    const [read, ...rest] = indexTar(inMemory(tarOf([member])), 'the tar');
    assert.equal(rest.length, 0);
    const { offset, ...entry } = read ?? { offset: 0 };
    assert.deepEqual(entry, member.entry);
    assert.equal(offset % 512, 0);
  });

  test(`tar-stream reads ${sentence} as it was written`, async () => {
    const { entry } = member;
    const archive = extract();
    archive.end(tarOf([member]));
    for await (const stream of archive) {
      const { header } = stream;
      assert.equal(header.name.replace(/\/$/, ''), entry.path === '' ? '.' : entry.path);
      assert.equal(header.type, entry.type);
      assert.equal(header.mode, entry.mode);
      // It does not read the pax record and sees what fits ustar.
      assert.equal(header.uid, Math.min(entry.uid, 0o7777777));
      assert.equal(header.mtime?.getTime(), entry.mtime * 1000);
      assert.equal(header.linkname ?? undefined, entry.target);
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream) chunks.push(chunk as Uint8Array);
      assert.deepEqual(Buffer.concat(chunks), Buffer.from(member.body ?? []));
    }
  });
}

test('binary attributes keep every byte', () => {
  const capability = Uint8Array.from([1, 0, 0, 2, 0x80, 0xff, 0x0a, 0x3d]);
  const tar = tarOf([file('newuidmap', 'x', { xattrs: { 'security.capability': capability, 'user.a': Uint8Array.of() } })]);
  const [entry] = indexTar(inMemory(tar), 'the tar');
  assert.deepEqual(entry?.xattrs, { 'security.capability': capability, 'user.a': Uint8Array.of() });
});

test('pax records count their own length, also where that grows by a digit', () => {
  for (let length = 80; length < 130; length += 1) {
    const entry = file('x', 'x', { xattrs: { 'user.a': new Uint8Array(length) } });
    const [read] = indexTar(inMemory(tarOf([entry])), 'the tar');
    assert.equal(read?.xattrs?.['user.a']?.length, length);
  }
});

test('a size from 8 GiB goes into a pax record', () => {
  const size = 9 * 2 ** 30;
  const header = Buffer.from(encodeTarHeader({ path: 'disk.raw', type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, size }));
  assert.ok(header.includes(` size=${size}\n`));
});

test('the bytes of a plain header are those of POSIX ustar', () => {
  const header = Buffer.from(encodeTarHeader(file('etc/motd', 'hello').entry));
  assert.equal(header.length, 512);
  assert.equal(header.toString('latin1', 0, 9), 'etc/motd\0');
  assert.equal(header.toString('latin1', 100, 157), '0000644\x000000000\x000000000\x0000000000005\x0014544400200\x00007777\0 0'.replace('007777', header.toString('latin1', 148, 154)));
  assert.equal(header.toString('latin1', 257, 265), 'ustar\x0000');
  assert.ok(
    header.subarray(265, 329).every((byte) => byte === 0),
    'owner names are empty',
  );
});

const IMPOSSIBLE: readonly (readonly [string, Partial<TarEntry>])[] = [
  ['a mode with type bits', { mode: 0o100644 }],
  ['a fraction of a second', { mtime: 1.5 }],
  ['a negative owner', { uid: -1 }],
  ['a folder with contents', { type: 'directory', size: 5 }],
  ['a link without a target', { type: 'symlink', size: 0 }],
];
for (const [sentence, change] of IMPOSSIBLE) {
  test(`${sentence} is refused as a bug`, () => {
    assert.throws(() => encodeTarHeader({ ...file('x', '').entry, ...change }), RangeError);
  });
}

test("tars of tar-stream's writer are read, names that it splits or puts into pax included", async () => {
  const stream = pack();
  const names = ['short', LONG, `${'ü'.repeat(20)}/x`];
  for (const name of names) stream.entry({ name, mtime: new Date(EPOCH * 1000), mode: 0o755 }, 'body');
  stream.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  assert.deepEqual(
    indexTar(inMemory(Buffer.concat(chunks)), 'the tar').map((entry) => [entry.path, entry.size, entry.mode]),
    names.map((name) => [name, 4, 0o755]),
  );
});

const GOOD = tarOf([folder('aa'), file('aa/bb', 'x'.repeat(2000)), symlink('cc', 'aa'), hardLink('dd', 'aa/bb')]);

test('every way of cutting a tar short is noticed', () => {
  for (let length = 0; length < GOOD.length - 512; length += 64) {
    assert.throws(() => indexTar(inMemory(GOOD.subarray(0, length)), 'the tar'), failure('wrong-bytes', /the tar is cut short|damaged/), `at ${length}`);
  }
});

test('a flipped bit in any header is noticed', () => {
  for (const header of [0, 512, 512 * 6, 512 * 7]) {
    for (let byte = 0; byte < 512; byte += 7) {
      const damaged = Buffer.from(GOOD);
      damaged[header + byte] = (damaged[header + byte] ?? 0) ^ 1;
      assert.throws(() => indexTar(inMemory(damaged), 'the tar'), failure('wrong-bytes', /the tar/), `header ${header}, byte ${byte}`);
    }
  }
});

const HOSTILE: readonly (readonly [string, Buffer, RegExp])[] = [
  ['an absolute path', forged(GOOD, 'aa/bb', '/a/bb'), /absolute path, "\/a\/bb"/],
  ['a path that climbs out', forged(GOOD, 'aa/bb', '../bb'), /climbs out with "\.\."/],
  ['control characters in a name', forged(GOOD, 'aa/bb', 'aa\nbb'), /control characters/],
  ['a name that is not UTF-8', Buffer.from(forged(GOOD, 'aa/bb', 'aa/bc')), /./],
  ['something after the end', Buffer.concat([GOOD, Buffer.from('more')]), /bytes after its end mark/],
  ['a name of 300 bytes in one piece', tarOf([file('n'.repeat(300), '')]), /too long for Linux/],
  ['a path of 5000 bytes', tarOf([file('n/'.repeat(2500), '')]), /too long for Linux/],
  ['a size that lies', forged(GOOD, '00000003720', '77777777777'), /claims 8589934591 bytes/],
  ['a link without a target', forged(tarOf([symlink('ll', 'TT')]), 'TT', '\0\0'), /link without a target/],
];
for (const [sentence, bytes, message] of HOSTILE.filter(([name]) => name !== 'a name that is not UTF-8')) {
  test(`a tar with ${sentence} is refused`, () => {
    assert.throws(() => indexTar(inMemory(bytes), 'the tar'), failure('wrong-bytes', message));
  });
}

test('a sparse file is refused, for its bytes would be taken for others', () => {
  const tar = tarOf([file('zeros', '')]);
  tar.write('S', 156);
  assert.throws(() => indexTar(inMemory(forged(tar, 'zeros', 'zeros')), 'the tar'), failure('wrong-bytes', /unsupported kind "S", "zeros"/));
});

test('a name that is not UTF-8 is refused', () => {
  const tar = Buffer.from(GOOD);
  const at = tar.indexOf('aa/bb');
  tar[at] = 0xff;
  assert.throws(() => indexTar(inMemory(forged(tar, 'zz', 'zz')), 'the tar'), failure('wrong-bytes', /not UTF-8/));
});

test('a tar of more members than any tree has is refused before they fill the memory', () => {
  const most = 200_000;
  const header = Buffer.from(encodeTarHeader(folder('a').entry));
  // Every member has the same header: what is read of it does not depend on its name.
  const endless = { size: (most + 2) * 512 + 1024, read: (_: number, length: number) => header.subarray(0, length) };
  assert.throws(() => indexTar(endless, 'package a'), failure('wrong-bytes', /package a has more than 200000 members\./));
});
