import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readParts } from '../../overlays/ros/install/install-medium.ts';
import { writeDisk } from '../../overlays/ros/install/write-disk.ts';
import { Failure, type Result, type System } from '../../overlays/ros/runtime/system.ts';
import { diskFrame } from '../../pipeline/formats/disk-frame.ts';
import { type DiskIds, layOut, smallestDisk } from '../../pipeline/formats/disk-layout.ts';
import { FAT_SERIAL_OFFSETS, readFat32 } from '../../pipeline/formats/fat-reader.ts';
import { parseGuid } from '../../pipeline/formats/guid.ts';
import { slice } from '../../pipeline/formats/random-access.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { FileSource } from '../../pipeline/io/file-source.ts';
import { validateGpt } from '../../pipeline/verify/gpt.ts';
import { validateGrubBios } from '../../pipeline/verify/grub-bios.ts';
import { copySparse } from '../rig/copy-sparse.ts';
import { oracleOutput, toolRoot } from '../rig/tools.ts';
import { buildDisk } from './disk-build.ts';

const MIB = 1 << 20;
const built = await buildDisk('amd64');
const tools = await toolRoot('tools');
const folder = mkdtempSync(join(tmpdir(), 'install-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const partsFolder = join(folder, 'parts');
await oracleOutput(['unsquashfs', '-no-progress', '-quiet', '-d', partsFolder, built.installer]);
const mediumFolder = join(folder, 'medium');
for (const [path, file] of Object.entries(built.medium)) {
  mkdirSync(dirname(join(mediumFolder, path)), { recursive: true });
  symlinkSync(file, join(mediumFolder, path));
}

/** Identities as they could be drawn. */
const IDS: DiskIds = {
  disk: parseGuid('11111111-1111-4111-8111-111111111111'),
  bios: parseGuid('22222222-2222-4222-8222-222222222222'),
  boot: parseGuid('33333333-3333-4333-8333-333333333333'),
  state: parseGuid('44444444-4444-4444-8444-444444444444'),
  stateFileSystem: parseGuid('55555555-5555-4555-8555-555555555555'),
  stateHashSeed: parseGuid('66666666-6666-4666-8666-666666666666'),
  bootSerial: 'deadbeef',
};

/** This machine, whose disks are files; e2fsprogs is the tool image's. */
function host(intercept: (argv: readonly string[]) => Result | undefined = () => undefined): System {
  const unexpected = (): never => assert.fail('an installation needs no such thing');
  return {
    program: 'ros',
    args: [],
    readText: (path) => readFileSync(path, 'utf8'),
    readAt: unexpected,
    modified: unexpected,
    writeText: unexpected,
    files: () => [],
    rename: unexpected,
    appendText: unexpected,
    readInput: unexpected,
    environment: unexpected,
    runAll: (commands) =>
      commands.map(({ argv, stdin = '', withErrors, environment }) => {
        const answer = intercept(argv);
        if (answer) return answer;
        const [program = '', ...words] = argv[0] === 'mke2fs' ? [...toolProgram(tools, 'mke2fs'), ...argv.slice(1)] : argv;
        const { status, stdout, stderr } = spawnSync(program, words, { input: stdin, encoding: 'utf8', maxBuffer: 64 * MIB, env: { ...process.env, ...environment } });
        return { status: status ?? 127, stdout: withErrors ? `${stdout}${stderr}` : stdout };
      }),
    withLock: (_lock, work) => work(),
    sleep: unexpected,
    now: () => 0,
    print: () => undefined,
    complain: () => undefined,
  };
}

interface Installed {
  readonly path: string;
  readonly lines: readonly string[];
}

let count = 0;

/** A disk full of what was there before, onto which this release is installed. */
function installed(size: number, options: { readonly append?: string; readonly system?: System; readonly onto?: string } = {}): Installed {
  count += 1;
  const path = options.onto ?? join(folder, `disk${count}.img`);
  if (options.onto === undefined) dirtyDisk(path, size);
  const stateFolder = join(folder, `state${count}`);
  mkdirSync(join(stateFolder, 'var/lib/rancher/conf/cloud-config.d'), { recursive: true, mode: 0o755 });
  writeFileSync(join(stateFolder, 'var/lib/rancher/conf/cloud-config.d/user_config.yml'), '#cloud-config\nhostname: installed\n', { mode: 0o600 });
  const lines: string[] = [];
  const scratch = mkdtempSync(join(folder, 'scratch-'));
  const medium = { folder: mediumFolder, partsFolder, parts: readParts(host(), join(partsFolder, 'install.json')) };
  writeDisk(options.system ?? host(), { medium, disk: { path, size }, ids: IDS, append: options.append ?? '', stateFolder, scratch, say: (line) => lines.push(line) });
  return { path, lines };
}

/** Garbage wherever the installation writes something that is not whole blocks of a file. */
function dirtyDisk(path: string, size: number): void {
  const fd = openSync(path, 'wx');
  ftruncateSync(fd, size);
  const garbage = Buffer.alloc(MIB, 0xa5);
  for (const at of [0, 1, 2, 3, 4, 20, 300, 540, 640, 700, size / MIB - 2, size / MIB - 1]) writeSync(fd, garbage, 0, MIB, Math.floor(at) * MIB);
  closeSync(fd);
}

const { plan } = readParts(host(), join(partsFolder, 'install.json'));
const raw = new FileSource(built.raw);

test('an installed disk of the image’s size is rancheros.img byte for byte in boot code, table and boot partition, but for what identifies it', () => {
  const { path } = installed(raw.size);
  const disk = new FileSource(path);
  const layout = layOut({ ...plan, ids: IDS }, raw.size);
  // What the image would be with these identities: its own bytes, where the drawn ones are put in the places of the planned ones.
  const expected = Buffer.from(raw.read(0, layout.state.firstLba * 512));
  const code = { boot: readFileSync(built.bootImage), core: readFileSync(built.coreImage) };
  for (const { lba, bytes } of diskFrame(layout, code)) if (lba < layout.state.firstLba) expected.set(bytes, lba * 512);
  for (const offset of FAT_SERIAL_OFFSETS) expected.writeUInt32LE(Number.parseInt(IDS.bootSerial, 16), layout.boot.firstLba * 512 + offset);
  const found = Buffer.from(disk.read(0, expected.length));
  assert.equal(firstDifference(found, expected), undefined);
  // And how far that is from the image itself: GUIDs, their checksums and the serial number, nothing else.
  const original = Buffer.from(raw.read(0, expected.length));
  const differing = new Set<number>();
  for (let at = 0; at < found.length; at += 1) if (found[at] !== original[at]) differing.add(Math.floor(at / 512));
  const boot = layout.boot.firstLba;
  assert.deepEqual([...differing], [1, 2, boot, boot + 6]);
  disk.close();
});

test('an installed disk of another size passes sgdisk, fsck.vfat and e2fsck, and all of it is used', async () => {
  const size = 3000 * MIB + 12 * 512;
  const { path, lines } = installed(size, { append: 'console=ttyS1 rancher.x=[a,b]' });
  const disk = new FileSource(path);
  const layout = layOut({ ...plan, ids: IDS }, size);
  assert.deepEqual(validateGpt(disk), []);
  assert.deepEqual(layout.bios && validateGrubBios(disk, layout.bios), []);
  assert.match(await oracleOutput(['sgdisk', '-v', path]), /No problems found/);
  const parts = { boot: cut(path, layout.boot), state: cut(path, layout.state) };
  assert.match(await oracleOutput(['fsck.vfat', '-n', parts.boot]), /: \d+ files, /);
  assert.match(await oracleOutput(['e2fsck', '-fn', parts.state]), /RANCHER_STATE: \d+\/\d+ files/);
  const head = await oracleOutput(['dumpe2fs', '-h', parts.state]);
  assert.match(head, new RegExp(`^Filesystem UUID: +${IDS.stateFileSystem}$`, 'm'));
  assert.match(head, new RegExp(`^Block count: +${Math.floor((layout.state.lastLba - layout.state.firstLba + 1) / 8)}$`, 'm'));
  const image = `${path}@@${layout.boot.firstLba * 512}`;
  assert.match(await oracleOutput(['mtype', '-i', image, '::/append.cfg']), /^set append='console=ttyS1 rancher\.x=\[a,b\]'\n+$/);
  assert.match(await oracleOutput(['minfo', '-i', image, '::']), /serial number: deadbeef/i);
  const config = '/var/lib/rancher/conf/cloud-config.d/user_config.yml';
  assert.match(await oracleOutput(['debugfs', '-R', `cat ${config}`, parts.state]), /hostname: installed/);
  assert.match(await oracleOutput(['debugfs', '-R', `stat ${config}`, parts.state]), /Mode: +0600/);
  assert.match(lines.join('\n'), /copying rancheros\/base\.squashfs/);
  disk.close();
});

test('the features of the state file system are those of the composed disk', async () => {
  const { path } = installed(raw.size);
  const layout = layOut({ ...plan, ids: IDS }, raw.size);
  const shown = async (file: string) =>
    (await oracleOutput(['dumpe2fs', '-h', file]))
      .split('\n')
      .filter((line) => /^(Filesystem features|Reserved GDT|Inode size|Block size|Block count|Journal size|Total journal size|Filesystem volume name|Errors behavior|Flex block)/.test(line));
  assert.deepEqual(await shown(cut(path, layout.state)), await shown(built.state));
});

test('an installation that is cut off leaves a disk without a table, and the next one is as good as a first', () => {
  const size = raw.size + 64 * MIB;
  const whole = installed(size);
  for (const last of ['mke2fs', 'rancheros/engine.squashfs', 'cp']) {
    const path = join(folder, `cut-${count}.img`);
    copySparse(whole.path, path);
    const cutOff = host((argv) => {
      if (!argv.some((word) => word.includes(last))) return undefined;
      throw new Error('power cut');
    });
    assert.throws(() => installed(size, { onto: path, system: cutOff }), /power cut/);
    if (last !== 'cp')
      assert.ok(
        new FileSource(path).read(0, 2 * MIB).every((byte) => byte === 0),
        last,
      );
    installed(size, { onto: path });
    assert.ok(sameStart(path, whole.path, layOut(plan, size).state.firstLba * 512), last);
    rmSync(path);
  }
  rmSync(whole.path);
});

test('what reads back other than it was written ends the installation before the disk gets a table', () => {
  const size = smallestDisk(plan);
  const path = join(folder, 'liar.img');
  dirtyDisk(path, size);
  const liar = host((argv) => {
    // Once all is written, and before it is read.
    if (argv[0] !== 'sync') return undefined;
    const fd = openSync(path, 'r+');
    writeSync(fd, Buffer.from([0x5a]), 0, 1, 100 * MIB);
    closeSync(fd);
    return undefined;
  });
  assert.throws(
    () => installed(size, { onto: path, system: liar }),
    (error) => error instanceof Failure && /reads back from .* other than it was written/.test(error.message),
  );
  assert.ok(new FileSource(path).read(0, MIB).every((byte) => byte === 0));
});

test('our reader of FAT finds the files that mtools finds', async () => {
  const listed = (await oracleOutput(['mdir', '-/', '-b', '-i', built.boot, '::']))
    .split('\n')
    .filter((line) => line.startsWith('::/') && !line.endsWith('/'))
    .map((line) => line.slice(3));
  const source = new FileSource(built.boot);
  const files = readFat32(source);
  assert.deepEqual(files.map(({ path }) => path).sort(), listed.sort());
  for (const [path, file] of Object.entries(built.medium)) {
    const found = files.find((each) => each.path === `a/${path}`);
    assert.equal(found?.size, statSync(file).size, path);
    const [extent] = found?.extents ?? [];
    assert.ok(Buffer.from(slice(source, extent?.offset ?? 0, extent?.length ?? 0).read(0, extent?.length ?? 0)).equals(readFileSync(file)), path);
  }
  source.close();
});

function cut(path: string, { firstLba, lastLba }: { readonly firstLba: number; readonly lastLba: number }): string {
  const file = `${path}.${firstLba}`;
  const result = spawnSync('dd', [
    `if=${path}`,
    `of=${file}`,
    'bs=1M',
    'conv=sparse',
    'iflag=skip_bytes,count_bytes',
    `skip=${firstLba * 512}`,
    `count=${(lastLba - firstLba + 1) * 512}`,
    'status=none',
  ]);
  assert.equal(result.status, 0, result.stderr.toString());
  return file;
}

function firstDifference(one: Buffer, other: Buffer): string | undefined {
  if (one.equals(other)) return undefined;
  const at = one.findIndex((byte, index) => byte !== other[index]);
  return `byte ${at} of ${one.length}, ${other.length}: ${one[at]} instead of ${other[at]}`;
}

function sameStart(one: string, other: string, length: number): boolean {
  const files = [openSync(one, 'r'), openSync(other, 'r')] as const;
  const buffers = [Buffer.alloc(MIB), Buffer.alloc(MIB)] as const;
  try {
    for (let position = 0; position < length; position += MIB) {
      for (const [index, file] of files.entries()) readSync(file, buffers[index] ?? Buffer.alloc(0), 0, MIB, position);
      if (!buffers[0].equals(buffers[1])) return false;
    }
    return true;
  } finally {
    for (const file of files) closeSync(file);
  }
}
