"""The house's policies as the tests read them, and small pages of their own."""

from __future__ import annotations

from functools import lru_cache

from kechuang.casework.book import packaged
from kechuang.casework.shelf.reader import read_page
from kechuang.engines.rules.reading import policy_from
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.vocabulary import vocabulary_from


@lru_cache(maxsize=1)
def house_rules() -> Rules:
    """The policies that come with the package."""
    book = packaged()
    words = vocabulary_from(book.page("vocabulary").body)
    return Rules(words, {code: policy_from(book.page("policies", code).body, words) for code in book.codes("policies")})


def read(text: str) -> dict:
    """A page's body, read as strictly as the house does."""
    return read_page("policies/page.yaml", text).body


def rules_of(*pages: str, words: str = "") -> Rules:
    """A book of the pages given, on the house's vocabulary or another."""
    vocabulary = vocabulary_from(read(words)) if words else house_rules().vocabulary
    read_pages = [policy_from(read(page), vocabulary) for page in pages]
    return Rules(vocabulary, {policy.code: policy for policy in read_pages})


TRADE = """
format: 1
code: deal
title: {zh: 交易, en: Deal}
effective: {from: 2019-01-01}
subject: trade
payee: trade.buyer
reference_date: trade.paid_on
params: {rate: {2019-01-01: 10 %}, cap: {2019-01-01: 200 万元}}
amount: {expr: trade.technical_paid * rate, round: floor fen}
"""
