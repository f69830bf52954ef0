import type { Effect } from '../effect.ts';
import { caBundle } from './ca-bundle.ts';
import { links } from './links.ts';
import { shells } from './shells.ts';
import { usersAndGroups } from './users-and-groups.ts';

/** Every effect by the name under which options and `targets/scripts.yaml` ask for it. */
export const EFFECTS: { readonly [name: string]: Effect | undefined } = {
  'ca-bundle': caBundle,
  links,
  shells,
  'users-and-groups': usersAndGroups,
};
