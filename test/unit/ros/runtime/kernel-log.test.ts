import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alarm, note } from '../../../../overlays/ros/runtime/kernel-log.ts';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import { machine } from '../machine.ts';

/** A machine whose kernel takes records of at most 1024 bytes, as Linux does. */
function withKernelLog() {
  const records: string[] = [];
  const system = {
    ...machine(),
    appendText: (path: string, record: string) => {
      assert.equal(path, '/dev/kmsg');
      if (Buffer.byteLength(record) > 1024) throw new Failure('/dev/kmsg cannot be written: invalid argument');
      records.push(record);
    },
  };
  return { system, records };
}

test('a short sentence is one record, without what a console cannot show', () => {
  const { system, records } = withKernelLog();
  note(system, 'the “disk” isn’t there…');
  alarm(system, 'others say:\n\x1b[2Jboo\r\n');
  assert.deepEqual(records, ['ros: the "disk" isn\'t there...\n', '<3>ros: others say: [2Jboo\n']);
});

test('a sentence that the kernel would refuse comes in several records, cut between words, and nothing of it is lost', () => {
  const { system, records } = withKernelLog();
  const sentence = `no state disk: ${Array.from({ length: 24 }, (_, index) => `/dev/sd${index} is a partition of somebody else's disk with ext4 on it`).join(', ')}. EVERYTHING LIVES IN MEMORY`;
  alarm(system, sentence);
  assert.ok(records.length > 1);
  assert.ok(records.every((record) => record.startsWith('<3>ros: ') && record.endsWith('\n')));
  const joined = records.map((record) => record.slice('<3>ros: '.length, -1).replace(/ \.\.\.$/, '')).join(' ');
  assert.equal(joined, sentence);
});

test('letters of several bytes count as what they are, and a word without an end is cut', () => {
  const { system, records } = withKernelLog();
  alarm(system, '日本語'.repeat(400));
  const joined = records.map((record) => record.replace(/^<3>ros: | ?(\.\.\.)?\n$/g, '')).join('');
  assert.ok(joined.replaceAll(' ', '') === '日本語'.repeat(400));
});

test('a sentence that would fill the log is cut', () => {
  const { system, records } = withKernelLog();
  alarm(system, 'word '.repeat(100_000));
  assert.equal(records.length, 12);
  assert.equal(records.at(-1), '<3>ros: ...\n');
});

test('where there is no kernel log to write to, the sentence is complained of, and nothing fails', () => {
  const system = machine();
  const closed = {
    ...system,
    appendText: () => {
      throw new Failure('no');
    },
  };
  alarm(closed, 'the disk is full');
  assert.deepEqual(system.complained, ['the disk is full']);
});
