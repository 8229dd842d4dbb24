"""Verify a draw: python3 verify_draw.py CERT.json. Standard library only; docs/panel.md says what is checked."""

import hashlib
import json
import sys


def digest(*parts):
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def seed_of(held, pool):  # who did not open his commitment counts as "unrevealed", which was fixed beforehand
    sealed, shown = sorted(held["commitments"].items()), held["reveals"]
    revealed = [shown[p] if digest("kechuang commitment 1", p, shown.get(p)) == s else "unrevealed" for p, s in sealed]
    enough = len(held["dice"]) >= 20 and len({s for _, s in sealed}) >= 3 and {*shown} <= {*held["commitments"]}
    return enough and digest("kechuang seed 1", held["dice"], pool, [s for _, s in sealed], revealed)


class Draw:
    def __init__(self, cert):  # a group's limit below 0 is so many fewer than the seats; no number is a fraction
        cert = json.loads(json.dumps(cert), parse_float=int, parse_constant=int)
        self.cert, self.rules, self.one = cert, cert["rules"], 1 << cert["rules"]["bits"]
        self.bounds = {("expert", j): (lo, cap) for j, (_, cap, lo, _) in enumerate(self.rules["experts"])}
        for i, (_, seats, own) in enumerate(self.rules["projects"]):
            most = {(i, k): (0, n if n >= 0 else max(0, seats + n)) for k, n in (self.rules["groups"] | own).items()}
            self.bounds |= {(i, ""): (seats, seats), **most}

    def path(self, i, j):  # from a project through the groups of an expert to him and out
        return (i, ""), *((i, name) for name in self.rules["experts"][j][3]), ("expert", j), ("out", "")

    def broken(self, graph):  # whether seats, loads or groups are outside their bounds
        total = dict.fromkeys(self.bounds, 0)
        for key, f in ((key, f) for i, j, f in graph for key in self.path(i, j)[:-1]):
            total[key] += f
        return any(not low * self.one <= total[key] <= high * self.one for key, (low, high) in self.bounds.items())

    def redrawn(self, graph):  # halve the flow bit by bit; one coin for every cycle of odd arcs
        blocks = (hashlib.sha256(bytes.fromhex(self.cert["seed"]) + n.to_bytes(8, "big")) for n in range(1 << 40))
        coins = (int.from_bytes(block.digest(), "big") >> bit & 1 for block in blocks for bit in range(256))
        arcs, more = [self.path(i, j)[-3:-1] for i, j, _ in graph], {}
        for way, f in ((self.path(i, j), f) for i, j, f in graph):
            for arc in (*zip(way[:-3], way[1:], strict=False), way[-2:]):  # noqa: RUF007
                more[arc] = more.get(arc, 0) + f
        arcs, flow = arcs + list(more), [f for _, _, f in graph] + list(more.values())
        for _ in range(self.rules["bits"]):
            odd = {}
            for end, k in ((end, n) for n, f in enumerate(flow) if f & 1 for end in arcs[n]):
                odd.setdefault(end, []).append(k)
            for start in odd:
                nodes, steps = [start], []
                while odd[nodes[-1]]:
                    k = odd[nodes[-1]].pop()
                    steps.append((k, arcs[k][0] == nodes[-1]))
                    nodes.append(arcs[k][arcs[k][0] == nodes[-1]])
                    odd[nodes[-1]].remove(k)
                    if (first := nodes.index(nodes[-1])) < len(steps):
                        coin = 2 * next(coins) - 1
                        for k, onward in steps[first:]:
                            flow[k] += coin if onward else -coin
                        del steps[first:], nodes[first + 1 :]
            flow = [f >> 1 for f in flow]
        return [[i, j] for (i, j, _), f in zip(graph, flow[: len(graph)], strict=True) if f]

    def best(self, graph):  # whether the sum of weights (the score, below it tie bits) is all that the prices allow
        seed, scores, (shift, tie) = self.cert["seed"], self.cert["scores"], self.rules["weight"]
        rows, cols = ([int(digest(seed, r[0])[:16], 16) for r in self.rules[k]] for k in ("projects", "experts"))
        weight = lambda i, j: (scores[i][j] << shift) + ((rows[i] ^ cols[j]) * 0x9E3779B97F4A7C15 % 2**64 >> 64 - tie)  # noqa: E731
        cost = {(a, b): y for a, b, y in self.cert["prices"]}
        possible = sum(y * self.bounds[key][y > 0] * self.one for key, y in cost.items())
        for i, row in enumerate(scores):
            near = [j for j, s in enumerate(row) if s is not None and s + 1 << shift > cost[i, ""] + cost["expert", j]]
            gains = (weight(i, j) - sum(cost.get(key, 0) for key in self.path(i, j)) for j in near)
            possible += self.rules["most"] * sum(gain for gain in gains if gain > 0)
        small = ((1 << tie) - 1) * sum(f for _, _, f in graph) < 1 << shift  # all ties together are less than a step
        return small and possible == sum(weight(i, j) * f for i, j, f in graph)

    def faults(self):
        cert, rules, graph, pool = self.cert, self.rules, self.cert["graph"], self.cert["pool_digest"]
        whole = digest(rules) == pool and digest({**cert, "digest": ""}) == cert["digest"]
        yield whole, "pool, rules, scores or certificate are not those of the published digest"
        yield not cert["ceremony"] or seed_of(cert["ceremony"], pool) == cert["seed"], "the seed is not of the ceremony"
        pairs = sorted({(i, j) for i, j, f in graph if 0 < f <= min(rules["most"], self.one)})
        yield pairs == [(i, j) for i, j, _ in graph], "a pair has more than its chance, or stands in the wrong place"
        yield not self.broken(graph), "seats, loads or quotas are not kept"
        yield self.redrawn(graph) == [[i, j] for i, p in enumerate(cert["panels"]) for j in p], "other panels are drawn"
        if cert["form"] == "full":
            yield [*map(digest, cert["salts"], cert["scores"])] == rules["scores"], "scores are not those committed to"
            yield self.best(graph), "a better assignment exists"


def verify(cert):  # every fault found, in words; none if the draw holds
    try:
        return [text for right, text in Draw(cert).faults() if not right]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as broken:
        return [f"the certificate cannot be read: {broken!r}"]


if __name__ == "__main__":
    found = verify(given := json.load(open(sys.argv[1], encoding="utf-8")))  # noqa: SIM115
    sys.exit("\n".join(found) or print(f"The draw holds: {'seed, ' if given['ceremony'] else ''}quotas, panels."))  # noqa: T201
