import type { CommandContext } from './command.ts';
import { packageVersion } from './package-version.ts';
import { makeReporter } from './reporter.ts';
import { type COMMON_OPTIONS, settingsFrom } from './settings.ts';
import { wire } from './wire.ts';

type CommonValues = { readonly [name in keyof typeof COMMON_OPTIONS]?: string | boolean | undefined };

/** Root folder of a tool image: made by the pipeline, or an unpacked tree that e.g. RANCHEROS_QEMU_ROOT or RANCHEROS_QEMU_ARM_ROOT names. */
export async function emulatorRoot(
  command: CommandContext,
  values: CommonValues,
  set: 'qemu' | 'qemu-arm' | 'tools' = 'qemu',
): Promise<string> {
  const given = command.env[`RANCHEROS_${set.toUpperCase().replace('-', '_')}_ROOT`];
  if (given) return given;
  const settings = settingsFrom(values, command);
  // Standard output belongs to the machine's console.
  const reporter = await makeReporter(settings.output, { ...command, stdout: command.stderr });
  try {
    const wiring = await wire({
      command,
      settings,
      version: `v${await packageVersion(command.projectFolder)}-dev`,
      report: reporter.report,
      failFast: true,
    });
    try {
      return await wiring.toolRoot(set);
    } finally {
      await wiring.close();
    }
  } finally {
    await reporter.close();
  }
}
