import type { Failure } from '../../core/failure.ts';

/** `type` is what lies there in its place; `elsewhere` are files of the same name. */
export function notAFileOfTar(
  path: string,
  { type, elsewhere }: { readonly type?: string | undefined; readonly elsewhere: readonly string[] },
): Failure {
  return {
    kind: 'configuration',
    message: `The tar has no file /${path}${type === undefined ? '' : `: it is a ${type}`}.`,
    hint:
      elsewhere.length > 0
        ? `It has ${elsewhere.map((other) => `/${other}`).join(', ')}.`
        : 'Correct the path, or name another package.',
  };
}

export function tooManyLinks(path: string, most: number): Failure {
  return {
    kind: 'configuration',
    message: `/${path} leads through more than ${most} links.`,
    hint: 'Name the file that the links should lead to.',
  };
}
