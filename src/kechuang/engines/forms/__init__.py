"""Forms: definitions of answers, and how answers become values."""

from kechuang.engines.forms.carrying import Carried, Prefilled, copy_from, prefilled
from kechuang.engines.forms.cleaning import clean
from kechuang.engines.forms.differences import Difference, differences, outside
from kechuang.engines.forms.model import Cleaned, Field, Form, Rule, Section, Text, fields
from kechuang.engines.forms.posting import unflatten
from kechuang.engines.forms.printing import Line, Printed, Table, printed
from kechuang.engines.forms.progress import Progress, progress
from kechuang.engines.forms.questions import options_of
from kechuang.engines.forms.reading import form_from, inputs_form
from kechuang.engines.forms.schema import schema_of
from kechuang.engines.forms.sentences import sentence
from kechuang.engines.forms.sheets import sheet_form
from kechuang.engines.forms.storing import answers_of, stored, typed
from kechuang.engines.forms.viewing import for_experts, masked, promoted, public_values, without

__all__ = [
    "Carried",
    "Cleaned",
    "Difference",
    "Field",
    "Form",
    "Line",
    "Prefilled",
    "Printed",
    "Progress",
    "Rule",
    "Section",
    "Table",
    "Text",
    "answers_of",
    "clean",
    "copy_from",
    "differences",
    "fields",
    "for_experts",
    "form_from",
    "inputs_form",
    "masked",
    "options_of",
    "outside",
    "prefilled",
    "printed",
    "progress",
    "promoted",
    "public_values",
    "schema_of",
    "sentence",
    "sheet_form",
    "stored",
    "typed",
    "unflatten",
    "without",
]
