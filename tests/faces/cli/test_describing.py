"""Help and wrong input in the language of the terminal: nothing of a command is left in English, and no trace is shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import click
import pytest
import typer

from kechuang.faces import cli
from kechuang.faces.cli.describing import described, of_arguments
from kechuang.faces.tongues import tongue
from tests.house.phrases import HAN

PROSE = re.compile(r"(?<![-\w.|=/<`])[a-z]{2,}(?: [a-z]{2,}){2,}")  # three words in a row are a sentence

COMMAND = re.compile(r"kechuang [a-z ]+")


def groups(command: click.Command, path: tuple[str, ...]):
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from groups(below, (*path, name))


def tree():
    for name, (module, _) in cli.COMMANDS.items():
        yield from groups(typer.main.get_command(cli.part(module).app), (name,))


@pytest.fixture
def chinese(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    cli.bind()


def test_every_command_option_and_argument_has_help_in_both_languages():
    lacking, untold = [], []
    for path, command in tree():
        own = of_arguments(command)
        texts = {" ".join(path): command.help or cli.COMMANDS[path[0]][1]}
        texts |= {
            f"{' '.join(path)} {one.name}": getattr(one, "help", None) or own.get(one.name) for one in command.params
        }
        for place, text in texts.items():
            if place.endswith(("_completion",)):
                continue
            if not text:
                lacking.append(place)
            elif not HAN.search(tongue("zh").patterns.get(" ".join(text.split()), "")):
                untold.append(f"{place}: {text}")
    assert untold == []
    assert lacking == []


def test_no_help_says_a_sentence_in_english(chinese):
    found = {}
    for path, command in tree():
        command.name = path[-1]
        page = described(command, tongue("zh")).get_help(click.Context(command, info_name=" ".join(path)))
        if bad := [line for line in page.splitlines() if PROSE.search(COMMAND.sub("", line))]:
            found[" ".join(path)] = bad
    assert found == {}


WRONG = [
    ("nosuch", "没有命令 'nosuch'"),
    ("check --nope", "没有选项 '--nope'"),
    ("check --dir /nowhere", "没有这个文件夹：'/nowhere'"),
    ("check one two", "多写了参数"),
    ("serve --port x", "'x' 不是数字"),
    ("serve --port 99999999", "不在 0<=x<=65535 的范围内"),
    ("book adopt", "请补上参数 'DIRECTORY'"),
    ("import cases some.csv", "请补上选项 '--round'"),
    ("rehearse --seed", "请在选项 '--seed' 后面写一个值"),
    ("population --firms 3 --as odd --out /tmp/x", "没有 'odd'，可写：'parquet', 'csv'"),
]


@pytest.mark.parametrize(("line", "said"), WRONG)
def test_wrong_input_is_refused_in_a_sentence(line, said, tmp_path):
    code, out = ran(line, tmp_path, LANG="zh_CN.UTF-8")
    assert code == 2 and said in out
    assert "Traceback" not in out and "Error" not in out and not PROSE.search(COMMAND.sub("", out))


def test_wrong_input_is_refused_in_english_where_the_terminal_is(tmp_path):
    code, out = ran("nosuch", tmp_path, LANG="en_US.UTF-8")
    assert code == 2 and "No such command 'nosuch'." in out and not HAN.search(out)


def ran(line: str, folder, **environment: str) -> tuple[int, str]:
    """Exit code and everything a command says, in a terminal of its own."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    environment |= {"KECHUANG_DATA": str(folder), "KECHUANG_WITNESS": str(folder / "w")}
    command = [sys.executable, "-c", "from kechuang.faces.cli import main; main()", *line.split()]
    done = subprocess.run(command, env=kept | environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
