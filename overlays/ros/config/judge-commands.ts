import { goneConsole, goneService } from './gone-names.ts';
import type { Judgement, Verdict } from './judge.ts';
import { at } from './merge.ts';

/** Commands that people write for RancherOS 1 or for Debian, by how they begin, and what to write instead. */
const COMMANDS: readonly (readonly [RegExp, string, string])[] = [
  [/^ros os upgrade\b/, 'There is no upgrade in place yet', 'A new version comes by a new installation.'],
  [/^ros engine (switch|create|rm|enable)\b/, 'There is one engine, Docker 26', 'Leave the command out.'],
  [/^ros config (syslinux|generate)\b/, 'That is gone', 'Kernel parameters are given by “ros install --append”.'],
  [/^(systemctl|service|update-rc\.d)\s/, 'There is no systemd and no init', 'Write “ros service restart NAME”.'],
  [/^(yum|dnf|apk|zypper)\s/, 'There is no such program', 'Run such programs as containers.'],
];
const APT = /^(apt|apt-get|dpkg)\s/;

/** A command as a line, without what stands before the program. */
const lineOf = (command: unknown): string =>
  (Array.isArray(command) ? command.map(String).join(' ') : String(command)).trim().replace(/^(sudo\s+)?(-E\s+)?/, '');

const command = (key: 'runcmd' | 'bootcmd'): Judgement => ({
  at: `${key}.*`,
  judge(given, _path, whole): Verdict | undefined {
    const line = lineOf(given);
    const [, verb = '', name = ''] = /^ros (?:s|service) (enable|up) (\S+)/.exec(line) ?? [];
    const [, wanted = ''] = /^ros console (?:switch|enable)(?: -f)? (\S+)/.exec(line) ?? [];
    const gone = (verb === '' ? undefined : goneService(name)) ?? (wanted === '' ? undefined : goneConsole(wanted));
    if (gone !== undefined) return gone;
    const found = COMMANDS.find(([pattern]) => pattern.test(line));
    if (found !== undefined)
      return { message: `${found[1]}: “${firstWords(line)}” does nothing here.`, hint: found[2] };
    if (!APT.test(line) || at(whole, ['rancher', 'console']) !== undefined) return undefined;
    return {
      message: `The default console has no “${firstWords(line)}”.`,
      hint: 'Set rancher.console to debian, or run such programs as containers.',
    };
  },
});

/** What a command line may be named by: further words may be secret. */
const firstWords = (line: string): string =>
  line
    .split(/\s+/)
    .slice(0, line.startsWith('ros ') ? 3 : 2)
    .join(' ');

export const COMMAND_JUDGEMENTS: readonly Judgement[] = [command('runcmd'), command('bootcmd')];
