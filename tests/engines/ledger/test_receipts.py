"""A receipt is checked by the script that applicants get: no project, no network, no third-party package."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from kechuang.engines.ledger import (
    NotCanonical,
    Tree,
    beginning,
    canonical,
    digest,
    fingerprint,
    link,
    new_key,
    public_pem,
    receipt,
    sm3,
    with_proof,
)
from tests.engines.ledger.scene import KEY, START, a_region

SCRIPT = Path(__file__).resolve().parents[3] / "src/kechuang/faces/web/static/verify_receipt.py"
BODY = canonical(
    {"v": 1, "\U0001f600": "面", "\ufb33": ["a", None, True, -3], "amount": "30000000", "text": '"\\\n\u000f/'}
)


def verified(folder: Path, given: dict, *, key: bytes = b"") -> tuple[int, list[str]]:
    """Exit code and first words of what the script prints for that receipt."""
    (folder / "receipt.json").write_text(json.dumps(given, ensure_ascii=False), "utf-8")
    (folder / "key.pem").write_bytes(key)
    names = ["receipt.json", "key.pem"] if key else ["receipt.json"]
    command = [sys.executable, "-I", "-S", str(SCRIPT), *names]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.returncode, [line.split()[0] for line in done.stdout.decode().splitlines()]


def a_logged_receipt(subject: str = "case:2", position: int = 2) -> dict:
    scene = a_region(each=5, subjects=5)
    tree = Tree()
    tree.extend(leaf.hash for leaf in scene.leaves)
    row = scene.rows[scene.row(subject, position)]
    return with_proof(
        receipt(row.body, previous=row.previous),
        index=row.log_index,
        proof=tree.inclusion_proof(row.log_index),
        checkpoint=scene.notes[-1],
        public_key=public_pem(KEY),
    )


def checks(*, logged: bool) -> int:
    """How many lines the script prints when all is well."""
    return 2 + ("sm3" in hashlib.algorithms_available) + 2 * logged


def test_the_script_is_short_and_imports_only_the_standard_library():
    lines = SCRIPT.read_text("utf-8").splitlines()
    imported = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert len(lines) <= 50
    assert imported - sys.stdlib_module_names == set()


def test_a_receipt_tells_the_content_its_digests_and_its_link():
    given = receipt(BODY, previous=beginning("case:1"))
    assert given == {
        "receipt": 1,
        "content": json.loads(BODY),
        "sha256": digest(BODY),
        **({"sm3": sm3(BODY)} if sm3(BODY) else {}),
        "previous": beginning("case:1"),
        "digest": link(beginning("case:1"), BODY),
    }


def test_a_receipt_is_made_of_canonical_bytes_only():
    with pytest.raises(NotCanonical):
        receipt(b'{"a": 1}', previous=beginning("case:1"))


def test_a_fresh_receipt_verifies_without_the_project(tmp_path):
    assert verified(tmp_path, receipt(BODY, previous=beginning("case:1"))) == (0, ["ok"] * checks(logged=False))


@pytest.mark.parametrize("subject", ["case:1", "case:3", "case:5"])
@pytest.mark.parametrize("position", [1, 5])
def test_a_logged_receipt_verifies_with_proof_and_signature(tmp_path, subject, position):
    assert verified(tmp_path, a_logged_receipt(subject, position)) == (0, ["ok"] * checks(logged=True))


def test_a_logged_receipt_verifies_against_a_published_key_and_not_against_another(tmp_path):
    given = a_logged_receipt()
    assert verified(tmp_path, given, key=public_pem(KEY))[0] == 0
    assert verified(tmp_path, given, key=public_pem(new_key())) == (1, ["ok"] * (checks(logged=True) - 1) + ["WRONG"])


def with_answers(answers: dict, told: str | None) -> dict:
    """A receipt of a submission: the answers beside the content that tells their digest, as it was told."""
    content = {"v": 1, "subject": "case:1", **({"tells": {"answers": told}} if told else {})}
    return {**receipt(canonical(content), previous=beginning("case:1")), "answers": answers}


def test_the_answers_beside_the_content_are_verified_too(tmp_path):
    answers = {"title": "示例题目", "asked": 30_000_000}
    right = digest(canonical(answers))
    well = checks(logged=False)
    assert verified(tmp_path, with_answers(answers, right)) == (0, ["ok"] * (well + 1))
    assert verified(tmp_path, with_answers({**answers, "asked": 1}, right)) == (1, ["ok"] * well + ["WRONG"])
    assert verified(tmp_path, with_answers(answers, None)) == (1, ["ok"] * well + ["WRONG"])


def test_the_script_prints_the_fingerprint_to_compare_with_the_published_one(tmp_path):
    (tmp_path / "receipt.json").write_text(json.dumps(a_logged_receipt()), "utf-8")
    done = subprocess.run([sys.executable, str(SCRIPT), "receipt.json"], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.decode().split()[-1] == fingerprint(KEY.public_key())


def spoiled(name: str, value: object) -> dict:
    given = a_logged_receipt()
    return {**given, name: value(given[name]) if callable(value) else value}


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("content", lambda content: {**content, "amount": "9999"}, 0),
        ("sha256", "00" * 32, 0),
        ("previous", "00" * 32, checks(logged=False) - 1),
        ("digest", "00" * 32, checks(logged=False) - 1),
        ("index", lambda index: index + 1, checks(logged=False)),
        ("index", -1, checks(logged=False)),
        ("proof", lambda proof: proof[:-1], checks(logged=False)),
        ("proof", lambda proof: [*proof, proof[0]], checks(logged=False)),
        ("proof", lambda proof: ["00" * 32, *proof[1:]], checks(logged=False)),
        ("checkpoint", lambda note: note.replace("\n25\n", "\n26\n"), checks(logged=False) + 1),
        ("checkpoint", lambda note: note.replace("\n25\n", "\n12\n"), checks(logged=False)),
        ("checkpoint", lambda note: note.replace(str(START.year), "2027"), checks(logged=False) + 1),
        ("checkpoint", lambda note: note.replace("\n\n", "\nmore\n"), checks(logged=False) + 1),
        ("public_key", public_pem(new_key()).decode(), checks(logged=False) + 1),
    ],
)
def test_a_spoiled_receipt_is_refused_at_what_was_spoiled(tmp_path, name, value, right):
    assert verified(tmp_path, spoiled(name, value)) == (1, ["ok"] * right + ["WRONG"])
