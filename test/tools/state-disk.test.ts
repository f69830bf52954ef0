import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BlockDevice } from '../../overlays/ros/state/block-devices.ts';
import { canFormat } from '../../overlays/ros/state/can-format.ts';
import { formatFirst } from '../../overlays/ros/state/format.ts';
import { formatJournalOf, writeFormatJournal } from '../../overlays/ros/state/format-journal.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { toolRoot } from '../rig/tools.ts';
import { type Machine, machine } from '../unit/ros/machine.ts';

const MIB = 2 ** 20;
const tools = await toolRoot('tools');
const REAL = ['blkid', 'mke2fs', 'sfdisk'];

/** A machine with a blank disk /dev/vda of 192 MiB, and the release's own blkid, mke2fs and sfdisk. */
function withDisk(): { readonly system: Machine; readonly device: BlockDevice; readonly fill: (offset: number, bytes: Uint8Array) => void } {
  const bytes = 192 * MIB;
  const system: Machine = machine(
    { '/proc/sys/kernel/random/uuid': '0b0f4ba8-2f5c-4a5c-9d52-3f3a4ad6f7c1\n', '/dev/kmsg': '' },
    {
      answer: ({ argv: [program = '', ...words], stdin = '' }) => {
        if (!REAL.includes(program)) return undefined;
        const [real = '', ...first] = toolProgram(tools, program);
        const placed = words.map((word) => (word.startsWith('/') ? join(system.root, word) : word));
        const { status, stdout, stderr } = spawnSync(real, [...first, ...placed], { input: stdin, encoding: 'utf8' });
        return { status: status ?? 127, stdout: `${stdout}${stderr}` };
      },
    },
  );
  mkdirSync(join(system.root, 'dev'), { recursive: true });
  const file = openSync(join(system.root, 'dev/vda'), 'w+');
  ftruncateSync(file, bytes);
  closeSync(file);
  const fill = (offset: number, content: Uint8Array): void => {
    const handle = openSync(join(system.root, 'dev/vda'), 'r+');
    writeSync(handle, content, 0, content.length, offset);
    closeSync(handle);
  };
  return { system, device: { path: '/dev/vda', bytes, readOnly: false, disk: '/dev/vda', number: 0, start: 0, tags: {} }, fill };
}

const because = ({ system, device }: Pick<ReturnType<typeof withDisk>, 'system' | 'device'>): string => canFormat(system, device, [device]).because;

function ran(system: Machine, argv: readonly string[], stdin = ''): void {
  const [result] = system.runAll([{ argv, stdin }]);
  assert.equal(result?.status, 0, result?.stdout);
}

test('a blank disk becomes the state disk, whose file system has the UUID that its note named', () => {
  const disk = withDisk();
  assert.equal(because(disk), 'blank');
  assert.equal(formatFirst(disk.system, ['/dev/vda'], [disk.device]).device, '/dev/vda');
  const [{ stdout = '' } = {}] = disk.system.runAll([{ argv: ['blkid', '-p', '/dev/vda'] }]);
  assert.match(stdout, /LABEL="RANCHER_STATE".*UUID="0b0f4ba8-2f5c-4a5c-9d52-3f3a4ad6f7c1"/);
  assert.equal(formatJournalOf(disk.system, disk.device), undefined);
  assert.equal(because(disk), 'it holds ext4 “RANCHER_STATE”');
});

test("a formatting that was cut off is done again, but not over somebody's ext4 or swap that was made since", () => {
  for (const [type, words] of [
    ['ext4', 'it holds ext4 “DATA”'],
    ['ext2', 'it holds ext2 “DATA”'],
  ] as const) {
    const disk = withDisk();
    const uuid = writeFormatJournal(disk.system, disk.device);
    assert.equal(because(disk), 'unfinished');
    const blocks = String((disk.device.bytes - MIB) / 4096);
    ran(disk.system, ['mke2fs', '-q', '-F', '-t', 'ext4', '-b', '4096', '-U', uuid, '-L', 'RANCHER_STATE', '/dev/vda', blocks]);
    assert.equal(because(disk), 'unfinished', 'the power failed before the note was erased');
    ran(disk.system, ['mke2fs', '-q', '-F', '-t', type, '-E', 'nodiscard', '-L', 'DATA', '/dev/vda', blocks]);
    assert.equal(formatJournalOf(disk.system, disk.device), uuid, 'the note is still there');
    assert.equal(because(disk), words);
  }
});

test('a disk whose partition table is whole at its end only is left alone', () => {
  const disk = withDisk();
  ran(disk.system, ['sfdisk', '-q', '/dev/vda'], 'label: gpt\nstart=2048, size=65536\n');
  assert.equal(because(disk), 'it holds a partition table (gpt)');
  disk.fill(0, new Uint8Array(MIB));
  assert.equal(because(disk), 'it has the second copy of a partition table (GPT) at its end');
});

test('a disk whose only data lies deep in it is left alone', () => {
  const disk = withDisk();
  disk.fill(128 * MIB + 300_000, new Uint8Array(10).fill(7));
  assert.equal(because(disk), 'there is data on it, though nothing known is there');
});
