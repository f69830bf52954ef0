import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { Fields } from './fields.ts';

const LARGEST = 2 * 1024 * 1024;

/** What is wrong with a flattened device tree (Devicetree Specification 0.4, chapter 5). */
export function validateDeviceTree(source: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(source);
  if (!fields.equal('magic', 0, fields.hex(0, 4), 'd00dfeed')) return fields.wrong;
  const size = fields.big32(4);
  fields.require('totalSize', 4, size <= LARGEST && size === source.size, size, `${source.size}, at most 2 MiB`);
  fields.equal('version', 20, fields.big32(20), 17);
  fields.equal('compatibleVersion', 24, fields.big32(24), 16);
  const structure = fields.big32(8);
  const length = fields.big32(36);
  fields.require(
    'structure',
    8,
    structure % 4 === 0 && structure >= 40 && structure + length <= size,
    structure,
    'within the tree',
  );
  fields.equal('structure.begin', structure, fields.big32(structure), 1);
  fields.equal('structure.end', structure + length - 4, fields.big32(structure + length - 4), 9);
  const strings = fields.big32(12);
  fields.require('strings', 12, strings >= 40 && strings + fields.big32(32) <= size, strings, 'within the tree');
  return fields.wrong;
}
