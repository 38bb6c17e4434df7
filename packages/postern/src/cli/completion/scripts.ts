/** @module What a shell is given to complete `postern` with: it asks the program each time, and has no list of its own. */

/** The shells that there is a script for. */
export const shells = ['bash', 'zsh', 'fish'] as const

/** One of {@link shells}. */
export type Shell = (typeof shells)[number]

/** Whether there is a script for a shell. */
export function isShell(name: string): name is Shell {
  return shells.some((shell) => shell === name)
}

// What the program prints: a value on each line, a tab and what it is; `:files`, `:dirs` and `:nospace` are for the script.
const BASH = String.raw`# postern: completion for bash. In ~/.bashrc: source <(postern completion bash)
_postern() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o default 2>/dev/null ;;
      :dirs) compopt -o dirnames 2>/dev/null ;;
      :nospace) compopt -o nospace 2>/dev/null ;;
      ?*) COMPREPLY+=("$line") ;;
    esac
  done < <("\${COMP_WORDS[0]}" completion words bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _postern postern
`

const ZSH = String.raw`#compdef postern
# postern: completion for zsh. In ~/.zshrc, after compinit: source <(postern completion zsh)
_postern() {
  local line value files=0 dirs=0
  local -a lines described spacing
  lines=("\${(@f)$("\${words[1]}" completion words zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${lines[@]}"; do
    case $line in
      :files) files=1 ;;
      :dirs) dirs=1 ;;
      :nospace) spacing=(-S '') ;;
      *$'\t'*)
        value=\${line%%$'\t'*}
        described+=("\${value//:/\\:}:\${line#*$'\t'}")
        ;;
      ?*) described+=("\${line//:/\\:}") ;;
    esac
  done
  (( \${#described} )) && _describe -t postern postern described "\${spacing[@]}"
  (( files )) && _files
  (( dirs )) && _files -/
  return 0
}
compdef _postern postern
`

const FISH = `# postern: completion for fish. postern completion fish > ~/.config/fish/completions/postern.fish
function __postern_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    for line in (command $program completion words fish -- $words 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (commandline -ct)
            case ':dirs'
                __fish_complete_directories (commandline -ct)
            case ':*'
            case '*'
                echo $line
        end
    end
end
complete -c postern -f -a '(__postern_complete)'
`

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH }

/** The script for a shell. */
export function scriptFor(shell: Shell): string {
  return SCRIPTS[shell].replaceAll('\\$', '$')
}
