"""The examples of a book's policies as queries: each comes to what it comes to as single cases, to the fen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kechuang.casework.bulk import Population
from kechuang.casework.shelf.book import Book
from kechuang.casework.shelf.marks import located
from kechuang.engines.rules.examples import moment_of, run_example, with_set
from kechuang.engines.rules.query import rows
from kechuang.engines.rules.reading import policy_from
from kechuang.engines.rules.sentences import sentence
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.tables import columns_of, tables_of
from kechuang.engines.rules.vocabulary import vocabulary_from
from kechuang.formula import FormulaError
from kechuang.words.outcome import BadPage

VERDICT = {True: "pass", False: "fail", None: "depends"}


def unlike(book: Book) -> Iterator[BadPage]:
    """Examples of a sound book that come to something else as a query, or cannot be one; an allotment never is."""
    codes = book.codes("policies")
    if not codes:
        return
    words = vocabulary_from(book.page("vocabulary").body)
    rules = Rules(words, {code: policy_from(book.page("policies", code).body, words) for code in codes})
    for code in codes:
        if rules[code].allot is not None:
            continue
        for n, example in enumerate(rules[code].examples):
            found = _unlike(rules, code, example, f"examples.{n}")
            if found is not None:
                yield located(found, book.page("policies", code))


def _unlike(rules: Rules, code: str, example: Mapping[str, Any], at: str) -> BadPage | None:
    policy, key = rules[code], rules.vocabulary.entities[rules[code].subject].key
    ran = run_example(rules, code, example, at)
    changed = with_set(rules, example["set"], code=code) if "set" in example else rules
    day, year = moment_of(example)
    moment = Moment(year=year, day=day) if policy.reference in ("day", "year_end") else Moment()
    try:
        query = rows(changed, code, moment)
    except FormulaError as fault:
        return BadPage(at, "{fault}", "write it so that a population can be computed", fault=sentence(fault.reason))
    people, tables = Population(threads=1), tables_of(rules.vocabulary, ran.cast)
    for name in query.tables:
        people.add_rows(name, tables[name], columns_of(rules.vocabulary.entities[name]))
    got = {row["key"]: VERDICT[row["verdict"]] if policy.verdict else row["entitled"] for row in people.run(query)}
    exact = [one.verdict for one in ran.found] if policy.verdict else ran.amounts
    asked = [got[record[key]] for record in ran.cast.subjects]
    return (
        None
        if asked == exact
        else BadPage(
            at,
            "a query comes to {asked}, single cases to {exact}",
            "one of the two is wrong: this is a fault of the engine",
            asked=asked,
            exact=exact,
        )
    )
