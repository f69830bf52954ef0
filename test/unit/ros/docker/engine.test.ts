import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine, SYSTEM_DOCKER, USER_DOCKER } from '../../../../overlays/ros/docker/engine.ts';
import type { ContainerSpec } from '../../../../overlays/ros/services/container.ts';
import { machine } from '../machine.ts';

/** A Docker that has a container `db` with these labels already; gives what it was asked, and what became of a service of that name. */
function created(dockerd: typeof USER_DOCKER, labels: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const answer = ({ argv, stdin = '' }: { readonly argv: readonly string[]; readonly stdin?: string }) => {
    if (argv[0] !== 'curl') return undefined;
    const text = `${argv.join(' ')} ${stdin}`;
    const isDelete = /DELETE/.test(text);
    const isCreate = /containers\/create/.test(text);
    asked.push(isDelete ? 'delete' : isCreate ? 'create' : 'look');
    const isThere = !asked.includes('delete');
    if (isCreate) return { status: 0, stdout: isThere ? '{"message": "Conflict"}\n409' : '{}\n201' };
    if (isDelete) return { status: 0, stdout: '\n204' };
    return { status: 0, stdout: `${JSON.stringify({ RestartCount: 0, State: { Running: true, ExitCode: 0 }, Config: { Labels: labels } })}\n200` };
  };
  const engine = new Engine(machine({}, { answer }), dockerd);
  return { asked, outcome: engine.createIfThere([{ name: 'db', spec: { Image: 'db:1' } as ContainerSpec }]) };
}

test("a container of the user's own is never removed because a service has its name", () => {
  const { asked, outcome } = created(USER_DOCKER, {});
  assert.ok(!asked.includes('delete'));
  assert.deepEqual(outcome.strange, ['db']);
  assert.match(outcome.problems.join(), /^db: there is a container of that name that is no service; rename it \(docker rename db NEW\) or remove it$/);
});

test('a container that an earlier start made of a service gives way to the new one', () => {
  const { asked, outcome } = created(USER_DOCKER, { 'io.rancher.os.spec': 'old' });
  assert.ok(asked.includes('delete'));
  assert.deepEqual([outcome.problems, outcome.strange], [[], []]);
  assert.ok(created(SYSTEM_DOCKER, {}).asked.includes('delete'));
});
