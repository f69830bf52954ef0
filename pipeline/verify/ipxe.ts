import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { Fields } from './fields.ts';

/** What is wrong with a script for iPXE: one kernel, an initrd, and no address that may be another release tomorrow. */
export function validateIpxe(source: RandomAccess, version: string): readonly FieldProblem[] {
  const fields = new Fields(source);
  const text = fields.text(0, Math.min(source.size, 65_536));
  fields.equal('shebang', 0, text.split('\n', 1)[0] ?? '', '#!ipxe');
  fields.equal('lineEnds', 0, text.includes('\r') || !text.endsWith('\n') ? 'mixed' : 'LF', 'LF');
  fields.equal('kernel', 0, text.match(/^kernel /gm)?.length ?? 0, 1);
  fields.require('initrd', 0, /^initrd /m.test(text), 'missing', 'at least one');
  fields.require('boot', 0, /^boot\b/m.test(text), 'missing', 'there');
  fields.require('latest', 0, !/\/latest\b/.test(text), 'latest', `addresses of ${version} only`);
  fields.require(
    'address',
    0,
    text.includes(`/${version}\n`) || text.includes(`/${version}/`),
    text.match(/https?:\S*/)?.[0] ?? '',
    `one with ${version}`,
  );
  return fields.wrong;
}
