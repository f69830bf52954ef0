import { BuildError } from '../core/failure.ts';
import { harmless } from '../core/harmless.ts';
import { EXECUTOR_NAMES } from '../exec/choice.ts';
import { allTargets } from './all-targets.ts';
import { candidates } from './candidates.ts';
import type { Command } from './command.ts';
import * as messages from './messages.ts';
import { readOptions } from './options.ts';

/** What each shell reads. All ask the program itself, so that new targets and options are known at once. */
const SCRIPTS: { readonly [shell: string]: string } = {
  bash: `_rancheros() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _rancheros rancheros
`,
  zsh: `#compdef rancheros
_rancheros() {
  local line
  local -a found shown
  for line in "\${(@f)$("\${words[1]}" completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    found+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/ -- }")
  done
  if (( \${#found} )); then compadd -l -d shown -- "\${found[@]}"; else _files; fi
}
(( \${+functions[compdef]} )) && compdef _rancheros rancheros
`,
  fish: `function __rancheros_words
  set -l words (commandline -opc)
  set -l found ($words[1] completion words -- $words[2..-1] (commandline -ct) 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c rancheros -f -a '(__rancheros_words)'
`,
};

const OPTIONS = {} as const;

export const completion: Command = {
  name: 'completion',
  summary: 'print what completes commands, options and targets in bash, zsh or fish',
  usage: 'bash | zsh | fish',
  about: 'Prints a script for a shell to read, which completes the words of the command `rancheros`.',
  notes: `bash: source <(rancheros completion bash)
zsh:  source <(rancheros completion zsh)          (behind compinit)
fish: rancheros completion fish | source`,
  options: OPTIONS,
  words: Object.keys(SCRIPTS),
  async run(context) {
    const { positionals } = readOptions(context.argv, OPTIONS);
    const [shell, ...words] = positionals;
    if (shell === 'words') {
      const targets = allTargets().map(({ name, summary }) => ({ word: name, help: summary }));
      const found = candidates(words, { commands: await context.allCommands(), targets, executors: EXECUTOR_NAMES });
      context.stdout.write(found.map(({ word, help }) => `${harmless(word)}\t${harmless(help)}\n`).join(''));
      return 0;
    }
    const script = Object.hasOwn(SCRIPTS, shell ?? '') && words.length === 0 ? SCRIPTS[shell ?? ''] : undefined;
    if (script === undefined)
      throw new BuildError(
        shell === undefined
          ? messages.noShellNamed(Object.keys(SCRIPTS))
          : messages.noCompletionFor(positionals.join(' '), Object.keys(SCRIPTS)),
      );
    context.stdout.write(script);
    return 0;
  },
};
