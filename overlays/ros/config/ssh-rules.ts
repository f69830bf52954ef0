/**
 * Rules that hold whatever the image's or the user's configuration says: only keys open a login, and only to members of the groups of this system.
 */
export const RULES: readonly (readonly [string, string])[] = [
  ['PasswordAuthentication', 'no'],
  ['KbdInteractiveAuthentication', 'no'],
  ['PermitEmptyPasswords', 'no'],
  ['HostbasedAuthentication', 'no'],
  ['GSSAPIAuthentication', 'no'],
  ['KerberosAuthentication', 'no'],
  ['PubkeyAuthentication', 'yes'],
  ['PermitRootLogin', 'no'],
  ['AllowGroups', 'docker'],
];

/** Messages about settings of a configuration of sshd that contradict the rules and have no effect. `path` names the file. */
export function againstRules(text: string, path: string): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    const [, key = '', value = ''] = /^\s*(\w+)(?:\s*=\s*|\s+)(.*?)(?:\s+#.*)?\s*$/.exec(line) ?? [];
    const rule = RULES.find(([name]) => name.toLowerCase() === key.toLowerCase());
    if (rule === undefined || value.replace(/^"|"$/g, '').toLowerCase() === rule[1]) return [];
    return [`${path}:${index + 1}: “${key} ${value}” has no effect: ${rule[0]} is always “${rule[1]}” here`];
  });
}
