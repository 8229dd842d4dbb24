"""kechuang: one command, one file a subcommand, each loaded only when it is called."""

from __future__ import annotations

import gc
import os
import sys
from enum import StrEnum
from gettext import gettext
from importlib import import_module
from types import ModuleType

import typer
from typer.core import TyperGroup

from kechuang.faces.cli.describing import bind, described
from kechuang.faces.cli.spoken import spoken_tongue, wrong
from kechuang.faces.tongues import say

# The one registry by which commands load their module by name: (module, what it does). A module offers `app`.
COMMANDS = {
    "book": ("book", "Editions of the book: show, diff, adopt."),
    "check": ("check", "Validate the whole book: file, line, what is wrong, how to mend it."),
    "assign": ("assign", "Assign experts to projects from a score file, without a database."),
    "match": ("match", "Near-duplicates and affinity over files of texts."),
    "search": ("search", "Search an index built by `match build`."),
    "explain": ("explain", "What a policy gives one case, step by step."),
    "simulate": ("simulate", "What policies cost over a population."),
    "simulator": ("simulator", "What the pages of the simulator ask; started by `serve`."),
    "population": ("population", "A synthetic region of firms, with a seed."),
    "import": ("importing", "Take over projects and experts from Excel or CSV tables."),
    "found": ("found", "The department and its first administrator, in an empty installation."),
    "serve": ("serve", "Serve the pages on one address, with the worker beside them."),
    "work": ("work", "Letters, timed acts and the sealing of the log, in one loop."),
    "verify": ("verify", "Nothing was edited, cut, dropped or swapped; or where it was."),
    "backup": ("backup", "A copy of everything, taken while others go on writing."),
    "restore": ("restore", "A copy put back into an empty installation."),
    "rehearse": ("rehearse", "A programme year, played through the services; counted and checked."),
    "demo": ("demo", "The demonstration region, played once and served on 127.0.0.1."),
}
# These read or write the tables: Django is set up before their module is loaded.
WITH_TABLES = frozenset(
    {"found", "serve", "work", "verify", "demo", "rehearse", "import", "book", "backup", "restore", "simulator"}
)


# What runs a query over a population: the module that brings the tables.
ENGINES = {
    "duckdb": "kechuang.casework.bulk",
    "spark": "kechuang.casework.bulk_spark",
    "postgresql": "kechuang.casework.bulk_live",
}


ABOUT = "Science and technology projects, from the published call to the last payment. Each command says what it does: kechuang COMMAND --help."


class Written(StrEnum):
    """How tables are written to files."""

    parquet = "parquet"
    csv = "csv"


def engine_of(name: str) -> ModuleType:
    """The module of an engine; a sentence where what it needs is not installed."""
    if name not in ENGINES:
        raise wrong("no engine {name!r}", "one of {known}", name=name, known=tuple(ENGINES))
    try:
        return import_module(ENGINES[name])
    except ModuleNotFoundError as fault:
        raise wrong("{name} needs {module}", "run pip install kechuang[{name}]", name=name, module=fault.name) from None


def part(name: str) -> ModuleType:
    """A module of the commands by name: what a command needs only in one of its ways is not loaded for the others."""
    return import_module(f"kechuang.faces.cli.{name}")


class _Lazy(TyperGroup):
    """Lists every command from the registry; imports a command's module only to run or to describe it."""

    def list_commands(self, ctx: object) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: object, name: str):  # type: ignore[no-untyped-def]
        if name not in COMMANDS:
            return None
        if name == "demo":
            os.environ["KECHUANG_DEMO"] = "1"
        if name in WITH_TABLES:
            import_module("django").setup()
        module = part(COMMANDS[name][0])
        gc.freeze()
        gc.enable()
        command = typer.main.get_command(module.app)
        command.name = name
        command.help = command.help or COMMANDS[name][1]
        return described(command, spoken_tongue())

    def format_commands(self, ctx, formatter) -> None:  # type: ignore[no-untyped-def]
        with formatter.section(gettext("Commands")):
            formatter.write_dl([(name, say(COMMANDS[name][1], spoken_tongue())) for name in sorted(COMMANDS)])


root = typer.Typer(cls=_Lazy, no_args_is_help=True, add_completion=False, help=ABOUT, rich_markup_mode=None)


@root.callback()
def _root() -> None:
    pass


def main() -> None:
    """Entry point of the `kechuang` command."""
    gc.disable()  # what start-up loads stays to the end, and looking through it again and again takes a tenth of it
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.settings")
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    bind()
    described_root = typer.main.get_command(root)
    described(described_root, spoken_tongue())
    described_root(prog_name="kechuang")
