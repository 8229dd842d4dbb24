"""`kechuang assign` and `kechuang verify draw` on files, without a database; the published figures on real instances."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from kechuang.faces.cli import assign, verify_draw

HERE = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("KECHUANG_ASSIGNMENT_DATA", HERE.parent / "shared/data/assignment"))
real = pytest.mark.skipif(not DATA.is_dir(), reason="needs the real instances: set KECHUANG_ASSIGNMENT_DATA")


def run(app: typer.Typer, *arguments: object):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def a_file(folder: Path, **changes) -> Path:
    rng = np.random.default_rng(2)
    arrays = {"scores": rng.random((12, 9), dtype=np.float32), "mask": np.zeros((12, 9), np.uint8)}
    arrays |= {"demand": np.full(12, 3), "cap": np.full(9, 5), "lo": np.zeros(9, int)} | changes
    file = folder / "problem.npz"
    np.savez(file, **arrays)
    return file


def assigned(folder: Path, file: Path, *options: object) -> dict:
    done = run(assign.app, file, "--out", folder / "out.json", *options)
    assert done.exit_code == 0, done.output
    return json.loads((folder / "out.json").read_text())


def test_the_panels_are_column_numbers_with_sum_min_bound_gap_and_seconds(tmp_path):
    answer = assigned(tmp_path, a_file(tmp_path))
    assert sorted(answer) == ["bound", "cpu_seconds", "gap", "min", "panels", "sum"]
    assert [len(set(panel)) for panel in answer["panels"]] == [3] * 12
    assert (answer["gap"], answer["bound"]) == (0.0, answer["sum"])


def test_a_certificate_of_the_same_draw_is_written_and_verified(tmp_path):
    certificate = tmp_path / "cert.json"
    answer = assigned(
        tmp_path, a_file(tmp_path), "--cap-probability", "3/4", "--certificate", certificate, "--marginals"
    )
    assert max(chance for *_, chance in answer["marginals"]) <= 0.75
    assert {(i, j) for i, panel in enumerate(answer["panels"]) for j in panel} <= {
        (i, j) for i, j, _ in answer["marginals"]
    }
    drawn = sorted(len(panel) for panel in json.loads(certificate.read_text())["panels"])
    assert drawn == [3] * 12
    assert run(verify_draw.app, certificate).exit_code == 0


def test_a_forged_certificate_is_refused(tmp_path):
    certificate = tmp_path / "cert.json"
    assigned(tmp_path, a_file(tmp_path), "--certificate", certificate)
    forged = json.loads(certificate.read_text()) | {"seed": "00" * 32}
    certificate.write_text(json.dumps(forged))
    assert run(verify_draw.app, certificate).exit_code == 1


def test_another_seed_draws_other_panels_with_the_same_expectation(tmp_path):
    file = a_file(tmp_path)
    one, other = (assigned(tmp_path, file, "--cap-probability", "1/2", "--seed", s * 32) for s in ("01", "02"))
    assert one["expected_sum"] == pytest.approx(other["expected_sum"], abs=1e-9)
    assert one["panels"] != other["panels"]


def test_the_fair_panels_come_with_their_bound(tmp_path):
    answer = assigned(tmp_path, a_file(tmp_path), "--fair")
    assert answer["min"] <= answer["min_bound"] + 1e-6


def test_units_of_a_file_are_kept_apart(tmp_path):
    unit = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    answer = assigned(tmp_path, a_file(tmp_path, unit=unit), "--cap-probability", "1/2")
    assert [sorted({int(unit[j]) for j in panel}) for panel in answer["panels"]] == [[0, 1, 2]] * 12


def refused(folder: Path, *options: object, **changes) -> str:
    """What the command says of a file it refuses; nothing is written."""
    done = run(assign.app, a_file(folder, **changes), "--out", folder / "out.json", *options)
    assert (done.exit_code, (folder / "out.json").exists()) == (1, False)
    return done.output.strip()


def short_of_places() -> dict:
    """Three projects of one code with a single expert of two places, among twelve."""
    mask = np.zeros((12, 9), np.uint8)
    mask[[1, 4, 7], 1:] = 1
    codes = np.array(["F0204" if i in (1, 4, 7) else "A01" for i in range(12)])
    return {"mask": mask, "demand": np.ones(12, int), "cap": np.full(9, 2), "codes": codes}


def test_an_impossible_problem_is_refused_with_the_codes_and_rows_of_what_is_short(tmp_path):
    assert refused(tmp_path, **short_of_places()) == (
        "refused: 3 个项目（F0204）只有 2 席可排，需要 3 席，还缺 1 人：1, 4, 7"
        " / these 3 projects of F0204 have 2 places and need 3 (experts wanted: 1): 1, 4, 7"
    )


def test_what_is_short_bears_the_names_of_the_file_where_it_has_them(tmp_path):
    names = np.array([f"P{i:02}" for i in range(12)])
    told = refused(tmp_path, project_ids=names, **short_of_places())
    assert told.endswith("need 3 (experts wanted: 1): P01, P04, P07")


def test_experts_whose_least_loads_cannot_be_met_are_named_by_their_columns(tmp_path):
    mask, lo = np.zeros((12, 9), np.uint8), np.zeros(9, int)
    mask[2:, 5], lo[5] = 1, 3
    told = refused(tmp_path, mask=mask, lo=lo, demand=np.ones(12, int))
    assert told.endswith("experts 5 must have 3 seats and can be given 2")
    assert refused(tmp_path, lo=np.arange(9)).endswith("least loads above the caps of experts 6, 7, 8")


def test_a_cap_on_chances_that_starves_a_least_load_says_whose(tmp_path):
    mask, lo = np.zeros((12, 9), np.uint8), np.zeros(9, int)
    mask[2:, 5], lo[5] = 1, 2
    told = refused(tmp_path, "--cap-probability", "1/2", mask=mask, lo=lo, demand=np.ones(12, int))
    assert told.splitlines()[0].endswith("the cap 1/2 on chances leaves no assignment")
    assert told.endswith("experts 5 must have 2 seats and can be given 1")


def test_a_file_without_its_arrays_says_which(tmp_path):
    np.savez(tmp_path / "problem.npz", scores=np.ones((2, 2)))
    done = run(assign.app, tmp_path / "problem.npz", "--out", tmp_path / "out.json")
    assert (done.exit_code, [line.split()[-1] for line in done.output.splitlines()]) == (1, ["demand", "cap"])


def test_a_place_that_cannot_be_written_is_said_and_no_crash(tmp_path):
    done = run(assign.app, a_file(tmp_path), "--out", tmp_path / "nowhere" / "out.json")
    assert (done.exit_code, "cannot be read or written" in done.output) == (2, True)


def test_a_problem_of_nothing_has_empty_panels(tmp_path):
    answer = assigned(tmp_path, a_file(tmp_path, scores=np.zeros((0, 9)), mask=np.zeros((0, 9)), demand=np.zeros(0)))
    assert (answer["panels"], answer["sum"], answer["gap"]) == ([], 0.0, 0.0)


@pytest.mark.parametrize("options", [["--cap-probability", "1/3"], ["--cap-probability", "2"], ["--seed", "xyz"]])
def test_options_that_mean_nothing_are_refused(tmp_path, options):
    assert run(assign.app, a_file(tmp_path), "--out", tmp_path / "out.json", *options).exit_code == 2


@real
@pytest.mark.parametrize(
    ("name", "options", "total"),
    [
        ("midl2018", [], 150.0431),
        ("midl2018", ["--lo", 1], 186.4599),
        ("midl2018", ["--lo", 0], 201.8849),
        ("aamas2015", [], 1406.25),
    ],
)
def test_real_instances_come_to_their_published_sums(tmp_path, name, options, total):
    answer = assigned(tmp_path, DATA / f"{name}.npz", *options)
    assert (round(answer["sum"], 4), answer["gap"]) == (total, 0.0)


@real
def test_the_published_relative_quality_of_a_capped_draw_is_met(tmp_path):
    answer = assigned(tmp_path, DATA / "aamas2015.npz", "--cap-probability", "0.8046875")
    assert answer["expected_sum"] / 1406.25 == pytest.approx(0.9501027777777777, abs=1e-9)
