import path from 'node:path';

/**
 * Where the person stands who typed a command: relative paths start there. npm runs a script in the project's top directory, and tells in
 * `INIT_CWD` where it was called; what others run inside of an npm script, such as a test, stands where it was started.
 */
export function callerFolder(env: NodeJS.ProcessEnv, workingDirectory: string): string {
  const { INIT_CWD: called = '', npm_lifecycle_script: script = '' } = env;
  return script.includes('pipeline/cli/launch.mjs') && path.isAbsolute(called) ? called : workingDirectory;
}
