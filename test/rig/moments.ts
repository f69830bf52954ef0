import { createHash } from 'node:crypto';

/** What moments are drawn from: `--seed` of the runner. */
export const SEED = process.env['RANCHEROS_SEED'] ?? '1';

/** `count` moments between 0 and `seconds`, drawn from the seed and the name of what is cut: the same ones whenever both are the same. */
export function moments(name: string, count: number, seconds: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => {
    const digest = createHash('sha256').update(`${SEED}\n${name}\n${index}`).digest();
    return (digest.readUInt32BE(0) / 2 ** 32) * seconds;
  });
}

/** How often the power is cut where a case wants it `times` times: `--cuts` of the runner may want fewer. */
export const cutsOf = (times: number): number => Math.min(times, Number(process.env['RANCHEROS_CUTS'] ?? times));
