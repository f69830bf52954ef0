import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { extract } from 'tar-stream';
import { compareCodeUnits } from '../core/json.ts';

/** What a member of a tar is: everything of it that a step sees. */
async function membersOf(tar: string): Promise<ReadonlyMap<string, string>> {
  const members = new Map<string, string>();
  const stream = createReadStream(tar).pipe(extract());
  for await (const member of stream) {
    const hash = createHash('sha256');
    for await (const bytes of member) hash.update(bytes as Uint8Array);
    const { name, type, mode, uid, gid, linkname } = member.header;
    members.set(name, JSON.stringify([type, mode, uid, gid, linkname ?? '', hash.digest('hex')]));
  }
  return members;
}

/** The members that two tars do not have in common, as `+ path`, `- path` or `~ path`, sorted by path. */
export async function tarDifference(before: string, after: string): Promise<readonly string[]> {
  const [was, is] = await Promise.all([membersOf(before), membersOf(after)]);
  const paths = [...new Set([...was.keys(), ...is.keys()])].sort(compareCodeUnits);
  return paths.flatMap((path) => {
    const [one, other] = [was.get(path), is.get(path)];
    if (one === other) return [];
    return [`${one === undefined ? '+' : other === undefined ? '-' : '~'} ${path}`];
  });
}
