/** A user of the system, with fixed numbers. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  /** Name of its group. */
  readonly group: string;
  readonly home: string;
  readonly shell: string;
  readonly comment: string;
}

/** Accounts that packages need, sorted by name. */
export type Accounts = {
  readonly users: readonly SystemUser[];
  readonly groups: readonly { readonly name: string; readonly gid: number }[];
};
