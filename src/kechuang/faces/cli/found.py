"""`kechuang found`: the department and its first administrator, in an installation where nobody is yet."""

from __future__ import annotations

import json

import typer
from django.core.management import call_command
from django.utils import timezone

from kechuang.casework import founding
from kechuang.parties.secrets import token
from kechuang.words.outcome import Refused

app = typer.Typer()
WORDS = {
    "already_founded": "这个安装已经有主管部门和账户 / this installation has its department and accounts already",
    "bad_credit_code": "统一社会信用代码不对，请核对 / the credit code is wrong, please check it",
    "bad_identity": "身份证号不对，请核对 / the identity number is wrong, please check it",
}


@app.command()
def found(
    department: str = typer.Argument(help="The name of the department."),
    credit_code: str = typer.Option(..., help="Its credit code."),
    place: str = typer.Option("150000", help="The code of its place."),
    administrator: str = typer.Option(..., help="The name of the first security administrator."),
    identity: str = typer.Option(..., prompt=True, help="That person's identity number."),
    username: str = typer.Option("security-admin", help="The sign-in name."),
    as_json: bool = typer.Option(False, "--json", help="JSON on standard output."),
) -> None:
    """Found the installation: everything else is done from pages by people this administrator appoints."""
    call_command("migrate", verbosity=0)
    password = f"{token(4)}-{token(4)}-{token(4)}"
    office = {"name": department, "credit_code": credit_code, "place": place}
    person = {"name": administrator, "identity": identity, "username": username}
    try:
        founding.found(office, person, password=password, on=timezone.now())
    except Refused as refusal:
        for reason in refusal.reasons:
            typer.echo(WORDS.get(reason.code, reason.code), err=True)
        raise typer.Exit(1) from None
    told = {"username": username, "password": password}
    once = f"登录名 {username}，一次性密码 {password} / sign in as {username} with {password}, to be changed at once"
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else once)
