// Where the time of a run went: of each stage, and of the files that took longest.

/** Files that take half a minute or more beside another one, the longest first: what a run prints at its end says which they are. */
export const LONGEST = [
  'test/cli/executor-digests.test.ts',
  'test/cli/reproducible.test.ts',
  'test/cli/cloud-config.test.ts',
  'test/cli/real-release.test.ts',
  'test/cli/interruption.test.ts',
  'test/cli/trouble.test.ts',
  'test/cli/boot.test.ts',
  'test/tools/disk-boot.test.ts',
  'test/tools/network-changes.test.ts',
  'test/tools/cloud-init.test.ts',
  'test/tools/disk.test.ts',
  'test/tools/console.test.ts',
  'test/tools/install.test.ts',
  'test/house/drone.test.ts',
  'test/unit/ros/datasources/service.test.ts',
  'test/unit/host/lease-watch.test.ts',
];

/** How many files are named at the end. */
const SHOWN_FILES = 10;

/**
 * @param {{ name: string, seconds: number }[]} stages
 * @param {{ source: string, seconds: number }[]} files
 */
export function timesTable(stages, files) {
  const longest = [...files].sort((a, b) => b.seconds - a.seconds).slice(0, SHOWN_FILES);
  const rows = [...stages.map(({ name, seconds }) => [seconds, name]), ...longest.map(({ source, seconds }) => [seconds, source])];
  return rows.map(([seconds, name]) => `${seconds.toFixed(1).padStart(8)} s  ${name}\n`).join('');
}

/**
 * Test files with those that take longest first, so that none of them begins when the others are done; the rest as they were.
 *
 * @param {readonly string[]} files
 * @param {readonly string[]} longest in their order
 */
export function longestFirst(files, longest) {
  return [...longest.filter((file) => files.includes(file)), ...files.filter((file) => !longest.includes(file))];
}
