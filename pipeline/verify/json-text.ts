import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { Fields } from './fields.ts';

const LARGEST = 1 << 20;

/** What is wrong with what `aws ec2 register-image --cli-input-json` reads: a name with the version, and how the machine starts. */
export function validateAwsImage(source: RandomAccess, version: string): readonly FieldProblem[] {
  const fields = new Fields(source);
  try {
    if (source.size > LARGEST) throw new Error(`it has ${source.size} bytes`);
    const read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fields.bytes(0, source.size))) as unknown;
    const image = (typeof read === 'object' && read !== null ? read : {}) as { readonly [name: string]: unknown };
    fields.equal('Name', 0, String(image['Name']), `rancheros-${version}`);
    for (const name of ['Architecture', 'BootMode', 'RootDeviceName', 'VirtualizationType'])
      fields.require(name, 0, typeof image[name] === 'string' && image[name] !== '', 'missing', 'there');
  } catch (error) {
    fields.require('json', 0, false, error instanceof Error ? error.message : String(error), 'JSON');
  }
  return fields.wrong;
}
