"""`kechuang demo`: the demonstration region, played once into the data folder and served on 127.0.0.1."""

from __future__ import annotations

import time
from pathlib import Path

import typer
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from kechuang.casework import sealer
from kechuang.faces.cli.rehearse import another_log, shown
from kechuang.faces.cli.serve import serve
from kechuang.faces.rehearsal import demonstration, year
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused

app = typer.Typer()
console = Console()
RECORDS = 3200


@app.command()
def demo(
    port: int = typer.Option(8000, min=0, max=65535, help="The port; 0 for a free one."),
    seed: int = typer.Option(1, help="The dice of the play."),
    only_load: bool = typer.Option(False, "--only-load", help="Load the data and end, without serving."),
) -> None:
    """Load the demonstration the first time, print a login for every role, and serve; what was done stays."""
    began = time.monotonic()
    call_command("migrate", verbosity=0)
    try:
        year.refuse_real_data()
    except Refused:
        typer.echo(
            "这个数据目录里有真实办件，演示另用一个 KECHUANG_DATA / real cases stand here: give the demonstration a KECHUANG_DATA of its own",
            err=True,
        )
        raise typer.Exit(1) from None
    first_time = not (Path(settings.DATA) / MARK).exists()
    if first_time:
        load(seed)
        console.print(f"装载用时 / loaded in {time.monotonic() - began:.0f} s")
    print_logins(port)
    if not only_load:
        serve(port=port, workers=0, address="127.0.0.1", without_worker=False)


MARK = "demonstration"


def load(seed: int) -> None:
    """Play the demonstration; half a play is told, never served."""
    if Person.objects.exists():
        typer.echo(
            f"上次装载没有完成，请删除 {settings.DATA} 后重来 / the last loading was cut off: delete {settings.DATA} and start again",
            err=True,
        )
        raise typer.Exit(1)
    if why := another_log():
        typer.echo(why, err=True)
        raise typer.Exit(1)
    now = timezone.now()
    with shown(RECORDS) as say:
        demonstration.demonstrate(today=now, seed=seed, say=say)
        say("封存台账 sealing the records", 0)
        sealer.seal(now)
    password = demonstration.new_password()
    demonstration.open_doors(password)
    (Path(settings.DATA) / MARK).write_text(password, "utf-8")


def print_logins(port: int) -> None:
    """The address, and a table of logins; the password belongs to this data folder and to nothing else."""
    password = (Path(settings.DATA) / MARK).read_text("utf-8")
    console.print(f"http://127.0.0.1:{port}/    密码 / password: {password}", soft_wrap=True)
    table = Table()
    table.add_column("登录名 / sign-in name")
    table.add_column("角色 / role")
    rows = Person.objects.filter(synthetic=True, username__startswith="demo-").order_by("pk")
    for username, title in rows.values_list("username", "field"):
        table.add_row(username, title)
    console.print(table)
