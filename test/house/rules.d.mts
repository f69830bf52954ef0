export interface HouseRule {
  readonly name: string;
  /** `file:line text` of each place that breaks the rule. */
  readonly found: readonly string[];
}
export function houseRules(projectFolder: string): readonly HouseRule[];
