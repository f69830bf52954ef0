import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BuildEvent } from '../../../pipeline/core/event.ts';
import { failureText } from '../../../pipeline/report/failure-text.ts';
import { jsonLinesReporter } from '../../../pipeline/report/json-lines.ts';
import { paintFor } from '../../../pipeline/report/paint.ts';
import { plainReporter } from '../../../pipeline/report/plain.ts';

const NASTY = 'a\u001b[2J\u0007\r\u009b31m\u202eb';
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/;

function sink(): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  let said = '';
  const write = (text: string) => {
    said += text;
    return true;
  };
  return { stream: { write } as unknown as NodeJS.WriteStream, text: () => said };
}

test('nothing of a failure can command the terminal', () => {
  const text = failureText({ kind: 'usage', message: NASTY, evidence: `${NASTY}\n\t${NASTY}`, hint: NASTY, place: { file: NASTY } }, paintFor({}, {}));
  assert.doesNotMatch(text, CONTROL);
  assert.equal(text.split('\n').length, 4);
});

test('nothing of a note, a step or a failure can in the plain report', async () => {
  const out = sink();
  const reporter = plainReporter({ stdout: out.stream, stderr: out.stream, env: {}, now: () => 0, every: () => () => undefined });
  const events: readonly BuildEvent[] = [
    { type: 'note', level: 'warning', message: NASTY },
    { type: 'note', level: 'info', message: NASTY },
    { type: 'step-failed', id: 1, title: NASTY, failure: { kind: 'step', message: NASTY } },
  ];
  for (const event of events) reporter.report(event);
  await reporter.close();
  assert.equal(out.text().split('b\n').length, 4);
  assert.doesNotMatch(out.text(), CONTROL);
});

test('lines of JSON keep every character, those that a terminal obeys as escapes', () => {
  const out = sink();
  jsonLinesReporter(out.stream).report({ type: 'note', level: 'warning', message: NASTY.replace('\u202e', '') });
  assert.doesNotMatch(out.text(), CONTROL);
  assert.equal((JSON.parse(out.text()) as { readonly message: string }).message, NASTY.replace('\u202e', ''));
});
