"""What a command says of itself and of wrong input, in the language of the terminal."""

from __future__ import annotations

from gettext import bindtextdomain

import click
from typer.utils import get_params_from_function

from kechuang.faces.catalogue import FACES
from kechuang.words.phrase import Tongue


def bind() -> None:
    """Let click find its own messages in our catalogue: it asks gettext for the domain that nobody names."""
    bindtextdomain("messages", str(FACES / "locale"))


def described(command: click.Command, into: Tongue) -> click.Command:
    """The command with its help, that of its options and arguments, and of everything below it, in a language."""
    command.help = _said(command.help, into)
    command.short_help = _said(command.short_help, into)
    command.options_metavar = into.patterns.get("[OPTIONS]", command.options_metavar or "")
    command.rich_markup_mode = None  # type: ignore[attr-defined]  # plain text, as the house's own pages of help are
    command.format_arguments = lambda ctx, formatter: None  # type: ignore[method-assign]  # typer lists them itself
    written = of_arguments(command)
    for param in command.params:
        if text := getattr(param, "help", None) or written.get(str(param.name)):
            param.help = _said(text, into)  # type: ignore[attr-defined]
    command.params = [one for one in command.params if one.name not in ("install_completion", "show_completion")]
    if isinstance(command, click.Group):
        command.subcommand_metavar = into.patterns.get("COMMAND [ARGS]...", command.subcommand_metavar)
        for below in command.commands.values():
            described(below, into)
    return command


def of_arguments(command: click.Command) -> dict[str, str]:
    """The help of the arguments of a command by name: click 8.5 forgets it, as typer 0.24 tells it too early."""
    function = getattr(command.callback, "__wrapped__", None)
    params = get_params_from_function(function) if function else {}
    return {name: one.default.help for name, one in params.items() if getattr(one.default, "help", None)}


def _said(text: str | None, into: Tongue) -> str | None:
    return None if text is None else into.patterns.get(" ".join(text.split()), text)
