"""Made-up expressions: whatever is written, only a page error or a formula error may come of it.

The well-formed, the nearly right and the noise are those of `bench/hostile.py`, by seed; text and tokens are Hypothesis's own.
"""

import random

from bench.hostile import NOISE, made, tried
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

QUIET = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
TOKENS = ("(", ")", "a", "+", "-", "not ", "1", " if ", " else ", "[", ".", "x", "*")


@QUIET
@given(st.integers(0, 2**32))
def test_an_expression_gives_a_value_or_a_reason(seed):
    assert tried(made(random.Random(seed))) in ("value", "page", "formula")


@QUIET
@given(st.text(alphabet=NOISE, max_size=200))
def test_any_text_is_an_expression_or_a_bad_page(text):
    assert tried(text) in ("value", "page", "formula")


@QUIET
@given(st.lists(st.sampled_from(TOKENS), max_size=900))
def test_any_row_of_tokens_is_an_expression_or_a_bad_page(tokens):
    assert tried("".join(tokens)) in ("value", "page", "formula")


def test_most_of_what_is_made_is_worked_out_and_the_rest_is_refused():
    came = {tried(made(random.Random(seed))) for seed in range(200)}
    assert came == {"value", "page", "formula"}
