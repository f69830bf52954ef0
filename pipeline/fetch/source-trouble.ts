/** Why one source did not give what was asked; the next source may. */
export type TroubleReason =
  /** It answers that it has no such file. */
  | 'missing'
  /** It cannot be reached, or keeps breaking off. */
  | 'unreachable'
  /** It answers, but will not give the file. */
  | 'refused'
  /** It gave other bytes than the pinned ones. */
  | 'wrong';

/** One source failed. Never leaves `fetch`: what all sources said becomes one Failure. */
export class SourceTrouble extends Error {
  readonly reason: TroubleReason;

  constructor(reason: TroubleReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceTrouble';
    this.reason = reason;
  }
}
