"""Changes of single entries of a certificate, as a forger might make them."""

from __future__ import annotations


def spots(value, path=()):
    """Paths of all leaves of a certificate."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from spots(inner, (*path, key))
    else:
        yield path


def changed(certificate, path, rng):
    *way, last = path
    place = certificate
    for key in way:
        place = place[key]
    old = place[last]
    if isinstance(old, bool) or old is None:
        place[last] = 1 if old is None else not old
    elif isinstance(old, int):
        place[last] = old + rng.choice([-2, -1, 1, 2])
    else:
        place[last] = old[:-1] + ("0" if old[-1:] != "0" else "1")
