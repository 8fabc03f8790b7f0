"""``autograder completion``: a script that lets a shell complete commands, options and exercises."""

from __future__ import annotations

import argparse
import contextlib
import importlib
from typing import Any, Final

from autograder.course import find_course
from autograder.manifests.limits import InputError

HELP = "let your shell complete commands, options and exercises"

DESCRIPTION = """\
Print a script for your shell. With it, Tab completes commands, options, and
the names of exercises, which are asked for at that moment: they are those of
the course that you stand in.
"""
EXAMPLES = """\
examples:
  bash: add to ~/.bashrc       eval "$(autograder completion bash)"
  zsh:  add to ~/.zshrc        eval "$(autograder completion zsh)"
  fish: add to config.fish     autograder completion fish | source

`autograder completion exercises` prints the names that the scripts ask for.
"""
ASKING: Final = ("check", "hint", "reset", "solution", "sync", "watch")
"""The commands whose arguments are exercises."""
PROGRAMS: Final = ("autograder", "pod-guardrails")


def add(commands: Any) -> None:
    """Name the arguments of ``autograder completion``."""
    parser = commands.add_parser(
        "completion",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("shell", choices=("bash", "zsh", "fish", "exercises"), help="for which shell, or the names")


def run(args: argparse.Namespace) -> int:
    """Print the script, and return 0. Where there is no course there are no names, and nothing is said."""
    if args.shell == "exercises":
        from autograder.exercises.spec import Exercises

        with contextlib.suppress(InputError):
            print("\n".join(Exercises(find_course()).ids))
        return 0
    print({"bash": bash, "zsh": zsh, "fish": fish}[args.shell](options_of_all()), end="")
    return 0


def options_of_all() -> dict[str, list[str]]:
    """Return the options of every command, and the words of those that have commands of their own."""
    from . import COMMANDS

    found = {}
    for name, command in COMMANDS.items():
        subparsers = argparse.ArgumentParser().add_subparsers()
        importlib.import_module(command.module).add(subparsers)
        words: list[str] = []
        for action in subparsers.choices[name]._actions:  # noqa: SLF001 - argparse tells it in no other way
            words += action.option_strings
            if not action.option_strings and action.choices:
                words += [str(choice) for choice in action.choices]
        found[name] = [word for word in words if len(word) > 2 or not word.startswith("-")]
    return found


def bash(options: dict[str, list[str]]) -> str:
    """Return the script for bash."""
    cases = "\n".join(f"    {name}) words='{' '.join(words)}' ;;" for name, words in options.items())
    return f"""\
# Completion of autograder in bash.
_autograder() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command=${{COMP_WORDS[1]}} words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '{" ".join(options)} --help --version' -- "$current"))
    return
  fi
  case $command in
{cases}
  esac
  case $command in
    {"|".join(ASKING)})
      case $current in -*) ;; *) words="$words $("$1" completion exercises 2>/dev/null)" ;; esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _autograder {" ".join(PROGRAMS)}
"""


def zsh(options: dict[str, list[str]]) -> str:
    """Return the script for zsh."""
    from . import COMMANDS

    commands = "\n".join(f"    '{name}:{_quoted(COMMANDS[name].help)}'" for name in options)
    cases = "\n".join(f"    {name}) words=({' '.join(words)}) ;;" for name, words in options.items())
    return f"""\
# Completion of autograder in zsh.
(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit }}
_autograder() {{
  local command=$words[2]
  local -a commands options exercises
  commands=(
{commands}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  case $command in
{cases.replace("words=", "options=")}
  esac
  compadd -- $options
  case $command in
    {"|".join(ASKING)})
      exercises=(${{(f)"$($words[1] completion exercises 2>/dev/null)"}})
      compadd -- $exercises ;;
  esac
  _files
}}
compdef _autograder {" ".join(PROGRAMS)}
"""


def fish(options: dict[str, list[str]]) -> str:
    """Return the script for fish."""
    from . import COMMANDS

    lines = ["# Completion of autograder in fish."]
    for program in PROGRAMS:
        for name, words in options.items():
            lines.append(
                f"complete -c {program} -n __fish_use_subcommand -f -a {name} -d '{_quoted(COMMANDS[name].help)}'"
            )
            seen = f"-n '__fish_seen_subcommand_from {name}'"
            lines += [
                f"complete -c {program} {seen} -l {word[2:]}"
                if word.startswith("--")
                else f"complete -c {program} {seen} -f -a {word}"
                for word in words
            ]
        lines.append(
            f"complete -c {program} -n '__fish_seen_subcommand_from {' '.join(ASKING)}' -f "
            f"-a '({program} completion exercises 2>/dev/null)'"
        )
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a text that may stand between single quotes."""
    return text.replace("'", "").replace(":", ",")
