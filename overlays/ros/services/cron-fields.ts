import { Failure } from '../runtime/system.ts';

const NAMED: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/**
 * A schedule as cron reads it, from a label of RancherOS 1: five fields, six with seconds in front (which count as
 * the minute's beginning), or a name such as @hourly.
 */
export function cronFields(text: string): string {
  const named = NAMED[text.trim()];
  if (named !== undefined) return named;
  const fields = text.trim().replaceAll('?', '*').split(/\s+/);
  const five = fields.length === 6 ? fields.slice(1) : fields;
  if (five.length !== 5 || five.some((field) => !/^[0-9A-Za-z*,/-]+$/.test(field)))
    throw new Failure(`cron.schedule: “${text}” is not five or six fields, or a name such as @hourly`);
  return five.join(' ');
}
