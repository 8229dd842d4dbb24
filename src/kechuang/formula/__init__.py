"""Formula: the one expression language of the book: parse, check, evaluate exactly, turn into SQL."""

from kechuang.formula.reading import Expression, parse
from kechuang.formula.values import UNKNOWN, FormulaError, Interval
from kechuang.formula.working import evaluate

__all__ = ["UNKNOWN", "Expression", "FormulaError", "Interval", "evaluate", "parse"]
