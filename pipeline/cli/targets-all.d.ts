/** Made by launch.mjs: the default export of every file in `targets/`. */
declare module 'targets:all' {
  import type { Target } from '../core/target.ts';
  import type { BuildContext } from '../recipes/context.ts';
  export const targetFiles: readonly { readonly file: string; readonly target: Target<BuildContext> }[];
}
