import type { InterfaceConfig } from './interface-match.ts';

/** The bridge or bond that an interface belongs to. */
export function masterOf(
  name: string,
  { bond = '', bridge = '' }: InterfaceConfig,
): { readonly name: string; readonly kind: 'bond' | 'bridge' } | undefined {
  if (bond !== '') return { name: bond, kind: 'bond' };
  const isMember = bridge !== '' && bridge !== 'true' && bridge !== 'false' && bridge !== name;
  return isMember ? { name: bridge, kind: 'bridge' } : undefined;
}

/** Whether the kernel takes it as the name of an interface. */
export const isName = (name: string): boolean => /^[^\s/:%*?]{1,15}$/.test(name) && name !== '.' && name !== '..';
