"""`python -m bench.whole_book`: reads and checks the whole book in this process, twice; CPU milliseconds as JSON.

Imports and the start of Django stand outside. `again` finds the pages read, by their content.
"""

import json
import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.settings")
django.setup()

from kechuang.casework import book  # noqa: E402
from kechuang.words import offers  # noqa: E402


def main() -> None:
    known = tuple(offers.every())
    spent = []
    for _ in range(2):
        start = time.process_time()
        found = book.report(book.packaged(), known)
        spent.append((time.process_time() - start) * 1000)
    counts = {"pages": sum(found.pages.values()), "examples": found.examples, "faults": len(found.faults)}
    print(json.dumps({"cold": spent[0], "again": spent[1], "counts": counts}))


if __name__ == "__main__":
    main()
