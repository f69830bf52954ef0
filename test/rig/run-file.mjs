// One test file in a process of its own, its results counted and told.
import path from 'node:path';
import { run } from 'node:test';

/** Node's own counts, which we make ourselves. */
/** Words of rig/machine.ts: a boot that was shown before, and a machine that was started once more because QEMU had crashed. */
const PROVEN = /^proven /;
const ONCE_MORE = /the machine is started once more$/;

const SUMMARY = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

/**
 * Runs a bundled test file. With `live`, each test is told when it ends; else the file is one line, and what failed.
 * A file in which no test ran has failed (Node itself would report it as passed), unless it `mayBeEmpty` because only some cases are wanted.
 */
export async function runFile({ bundle, source, live, mayBeEmpty, timeout, signal }) {
  const started = performance.now();
  const counts = { passed: 0, failed: 0, skipped: 0, proven: 0, startedOnceMore: 0 };
  const failures = [];
  const skips = [];
  let said = '';
  const say = (text) => {
    if (live) process.stdout.write(text);
    else said += text;
  };
  if (live) say(`${source}\n`);
  const stream = run({ files: [bundle], timeout, signal });
  for await (const { type, data } of stream) {
    if (type === 'test:stdout' || type === 'test:stderr') say(data.message);
    else if (type === 'test:diagnostic' && !SUMMARY.test(data.message)) onDiagnostic(data);
    else if (type === 'test:pass' || type === 'test:fail') onResult(data);
  }
  if (counts.passed + counts.failed + counts.skipped + counts.proven === 0 && !mayBeEmpty) {
    counts.failed++;
    failures.push({ name: source, trouble: 'no test ran in it' });
  }
  const seconds = (performance.now() - started) / 1000;
  const ok = counts.failed === 0;
  process.stdout.write(`${ok && !live ? '' : said}${ok ? '✔' : '✖'} ${source}: ${sentence(counts)} (${seconds.toFixed(1)} s)\n`);
  return { counts, failures, skips, seconds };

  function onDiagnostic(data) {
    if (ONCE_MORE.test(data.message)) counts.startedOnceMore++;
    say(`${indent(data)}  ℹ ${data.message}\n`);
  }

  function onResult({ name, nesting, skip, details }) {
    const isFile = path.resolve(name) === bundle;
    if (isFile && details.error === undefined) return;
    if (details.type === 'suite') return;
    const mark = { name, nesting };
    if (skip !== undefined && skip !== false) {
      const reason = typeof skip === 'string' && skip !== '' ? skip : 'no reason given';
      if (PROVEN.test(reason)) counts.proven++;
      else {
        counts.skipped++;
        skips.push(reason);
      }
      say(`${indent(mark)}- ${name} (${reason})\n`);
      return;
    }
    if (details.error === undefined) {
      counts.passed++;
      if (live) say(`${indent(mark)}✔ ${name} (${(details.duration_ms / 1000).toFixed(1)} s)\n`);
      return;
    }
    counts.failed++;
    const cause = details.error.cause ?? details.error;
    const trouble = isFile ? 'the file itself failed; what it said stands above' : String(cause?.stack ?? cause?.message ?? cause);
    say(`${indent(mark)}✖ ${isFile ? source : name}\n${trouble.replace(/^/gm, `${indent(mark)}    `)}\n`);
    // A test that failed only because of its subtests would tell the same thing twice.
    if (details.error.failureType !== 'subtestsFailed') failures.push({ name: isFile ? source : `${source}: ${name}`, trouble });
  }
}

function indent({ nesting }) {
  return '  '.repeat(nesting + 1);
}

function sentence({ passed, failed, skipped, proven }) {
  return [`${passed} passed`, failed > 0 ? `${failed} failed` : '', proven > 0 ? `${proven} proven before` : '', skipped > 0 ? `${skipped} skipped` : ''].filter(Boolean).join(', ');
}
