"""The English catalogue: finds every text marked for translation, says which lack English, compiles without gettext.

`python -m kechuang.faces.catalogue check` lists what is missing; `build` compiles; `missing` prints entries to fill in.
Translations stand in `locale/en/*.po`, one file an area; they are merged into `locale/en/LC_MESSAGES/django.mo`.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

FACES = Path(__file__).resolve().parent
PACKAGE = FACES.parent
TEMPLATES = FACES / "web" / "templates"
SOURCES = FACES / "locale" / "en"
TERMINAL = FACES / "locale" / "zh" / "terminal.po"  # what click says, for its own gettext
OF_TERMINAL = TERMINAL.parent / "LC_MESSAGES" / "messages.mo"
COMPILED = SOURCES / "LC_MESSAGES" / "django.mo"
MARKS = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"})
HAN = re.compile(r"[\u3400-\u9fff]")
TAGS = re.compile(r"\{#.*?#\}|\{%\s*comment\s*%\}.*?\{%\s*endcomment\s*%\}", re.DOTALL)
BLOCK = re.compile(r"\{%\s*blocktrans(?:late)?\b(.*?)%\}(.*?)\{%\s*endblocktrans(?:late)?\s*%\}", re.DOTALL)
PLURAL = re.compile(r"\{%\s*plural\s*%\}")
SIMPLE = re.compile(r"\{%\s*trans(?:late)?\s+([\"'])(.+?)\1")
INLINE = re.compile(r"_\(([\"'])(.+?)\1\)")
MARKUP = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
LANGUAGE_NAMES = frozenset({"中文"})  # stands in its own language wherever it is offered

Entry = tuple[str, ...]  # a message, and its plural where it has one


def in_template(text: str) -> set[Entry]:
    """The messages of a template: translate, blocktranslate and _("…") inside tags."""
    text = TAGS.sub("", text)
    found: set[Entry] = {(message,) for _, message in SIMPLE.findall(text)} | {(m,) for _, m in INLINE.findall(text)}
    for options, body in BLOCK.findall(text):
        forms = [_percent(part, options) for part in PLURAL.split(body)]
        found.add(tuple(forms))
    return found


def _percent(body: str, options: str) -> str:
    """The message Django looks up for the body of a block: its variables as %(name)s."""
    plain = VARIABLE.sub(lambda variable: f"%({variable[1]})s", body.replace("%", "%%"))
    return " ".join(line.strip() for line in plain.splitlines()).strip() if "trimmed" in options else plain


def in_python(source: str) -> set[Entry]:
    """The messages of a module: literal arguments of gettext and its kin."""
    found: set[Entry] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (called := _name(node.func)) in MARKS:
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if texts:
                found.add(tuple(texts[:2]) if called.startswith("ngettext") else (texts[0],))
    return found


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def bare(text: str) -> list[str]:
    """Chinese on a template that is not marked for translation: what an English reader would not understand."""
    unmarked = BLOCK.sub("", TAGS.sub("", text))
    text = MARKUP.sub(_quoted, INLINE.sub("", SIMPLE.sub("{% translated", unmarked)))
    return [line.strip() for line in text.splitlines() if HAN.search(_without_names(line))]


def _quoted(tag: re.Match[str]) -> str:
    """The literal texts of a tag: what is given to an include is read by people too."""
    return " ".join(re.findall(r"\"([^\"]*)\"", tag[0]))


def _without_names(line: str) -> str:
    for name in LANGUAGE_NAMES:
        line = line.replace(name, "")
    return line


def templates() -> Iterator[Path]:
    yield from sorted(TEMPLATES.rglob("*.html"))


def messages() -> set[Entry]:
    """Every message of the templates and of the Python of the house."""
    found: set[Entry] = set()
    for path in templates():
        found |= in_template(path.read_text("utf-8"))
    for path in sorted(PACKAGE.rglob("*.py")):
        if path != Path(__file__):
            found |= in_python(path.read_text("utf-8"))
    return found


def parse(text: str) -> dict[Entry, Entry]:
    """The entries of a .po file: message (and plural) to its translations; ValueError on a line it cannot read."""
    entries: dict[Entry, Entry] = {}
    for chunk in re.split(r"\n\s*\n", text):
        message, translations = _entry(chunk)
        if message and message[0]:
            entries[message] = translations
    return entries


def _entry(chunk: str) -> tuple[Entry, Entry]:
    parts: list[tuple[str, list[str]]] = []
    for line in chunk.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        keyword, quote, rest = line.partition('"')
        if not quote or not rest.endswith('"'):
            raise ValueError(f"not a line of a catalogue: {line}")
        text = ast.literal_eval(f'"{rest}')
        if keyword:
            parts.append((keyword.strip(), [text]))
        else:
            parts[-1][1].append(text)
    joined = [(keyword, "".join(texts)) for keyword, texts in parts]
    named = tuple(text for keyword, text in joined if keyword.startswith("msgid"))
    return named, tuple(text for keyword, text in joined if keyword.startswith("msgstr"))


def translations(folder: Path = SOURCES) -> dict[Entry, Entry]:
    """Every entry of the .po files of a folder, later files going over earlier ones."""
    entries: dict[Entry, Entry] = {}
    for path in sorted(folder.glob("*.po")):
        entries.update(parse(path.read_text("utf-8")))
    return entries


def missing(wanted: Iterable[Entry], known: dict[Entry, Entry]) -> list[Entry]:
    """Messages in Chinese that have no English, or have only part of it."""
    return sorted(m for m in wanted if HAN.search(m[0]) and not (m in known and known[m] and all(known[m])))


def compiled(entries: dict[Entry, Entry]) -> bytes:
    """The binary catalogue of gettext (.mo, little-endian, sorted, no hash table) of these entries."""
    pairs = {"": HEADER} | {"\0".join(message): "\0".join(said) for message, said in entries.items() if all(said)}
    keys = sorted(pairs, key=lambda key: key.encode())
    originals, texts = [key.encode() for key in keys], [pairs[key].encode() for key in keys]
    start = 28 + 16 * len(keys)
    table, offset = b"", start
    for strings in (originals, texts):
        for string in strings:
            table += struct.pack("<2I", len(string), offset)
            offset += len(string) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, start)
    return head + table + b"".join(string + b"\0" for string in (*originals, *texts))


def _lines(entry: Entry) -> str:
    quoted = ['"' + part.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"' for part in entry]
    if len(quoted) == 1:
        return f'msgid {quoted[0]}\nmsgstr ""\n'
    return f'msgid {quoted[0]}\nmsgid_plural {quoted[1]}\nmsgstr[0] ""\nmsgstr[1] ""\n'


def main(word: str) -> int:
    """check, build or missing; what it finds goes to the standard output, and the result is the exit code."""
    lacking = missing(messages(), translations())
    out = sys.stdout.write
    if word == "build":
        for path, content in made().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return 0
    for entry in lacking:
        out(_lines(entry) + "\n" if word == "missing" else f"no English for: {entry[0]}\n")
    stale = [path for path, content in made().items() if not path.exists() or path.read_bytes() != content]
    for path in stale if word == "check" else ():
        out(f"{path.relative_to(FACES)} is older than its sources: build it\n")
    return int(bool(lacking) or bool(stale))


def made() -> dict[Path, bytes]:
    """The compiled catalogues: the English of the pages, and the Chinese of what click says."""
    return {COMPILED: compiled(translations()), OF_TERMINAL: compiled(parse(TERMINAL.read_text("utf-8")))}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
