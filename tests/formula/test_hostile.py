"""Made-up expressions: whatever is written, only a page error or a formula error may come of it."""

from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kechuang.formula import FormulaError, evaluate, parse
from kechuang.words.outcome import BadPage

SCOPE = {
    "a": 3, "b": Fraction(1, 7), "c": "x", "d": True, "t": [{"x": 1, "y": "q"}, {"x": None}], "m": {"x": 2}, "z": 0,
    "r": {"x": 1, "t": [{"x": 5}]}, "l": [[0, 1], [5, 2]],
}  # fmt: skip
ATOMS = ("a", "b", "c", "d", "t", "m", "z", "l", "r.x", "r.t", "missing", "1", "0", "2.5", "'x'", "true", "10000000000")
BINARY = ("+", "-", "*", "/", "//", "<", "<=", "==", "!=", ">", "and", "or", "in", "not in", "%", "**", "is")
CALLS = (
    "abs",
    "floor",
    "min",
    "max",
    "pick",
    "level",
    "band",
    "marginal",
    "span",
    "mark",
    "count",
    "sum",
    "total",
    "days",
)


def _grown(inner):
    pairs = st.tuples(inner, st.sampled_from(BINARY), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
    calls = st.tuples(st.sampled_from(CALLS), st.lists(inner, min_size=1, max_size=3))
    sums = st.tuples(st.sampled_from(("sum", "count", "any", "all", "min", "max")), inner, inner)
    return st.one_of(
        pairs,
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
        calls.map(lambda c: f"{c[0]}({', '.join(c[1])})"),
        sums.map(lambda s: f"{s[0]}({s[1]} for row in t if {s[2]})"),
        inner.map(lambda x: f"(not {x})"),
        inner.map(lambda x: f"(-{x})"),
    )


TREES = st.recursive(st.sampled_from((*ATOMS, "row.x", "row.y")), _grown, max_leaves=25)
QUIET = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))


def _tried(text):
    try:
        evaluate(parse(text), SCOPE)
    except (BadPage, FormulaError):
        pass


@QUIET
@given(TREES)
def test_a_well_formed_expression_gives_a_value_or_a_reason(text):
    _tried(text)


@QUIET
@given(st.text(alphabet="ab01 .,()[]{}'\"+-*/<>=!&|^~%:;@#$\\\n\tforinsumt金é\x00", max_size=200))
def test_any_text_is_an_expression_or_a_bad_page(text):
    _tried(text)


@QUIET
@given(
    st.lists(
        st.sampled_from(("(", ")", "a", "+", "-", "not ", "1", " if ", " else ", "[", ".", "x", "*")), max_size=900
    )
)
def test_any_row_of_tokens_is_an_expression_or_a_bad_page(tokens):
    _tried("".join(tokens))
