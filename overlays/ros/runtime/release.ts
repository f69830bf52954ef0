import { Failure, type System } from './system.ts';

/** The first is the release's wherever we are: other consoles have an os-release of their own in the usual place. */
const OS_RELEASE = ['/usr/share/ros/os-release', '/usr/lib/os-release'];

/** The release that runs, for instance v1.5.9. */
export function runningVersion(system: System): string {
  const text = OS_RELEASE.map((path) => system.readText(path)).find((each) => each !== undefined) ?? '';
  const version = /^VERSION="?([^"\n]*)"?$/m.exec(text)?.[1];
  if (version === undefined) throw new Failure(`${OS_RELEASE.join(' and ')} name no VERSION`);
  return version;
}
