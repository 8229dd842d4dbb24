"""Verify a draw of experts: python3 verify_draw.py CERT.json. Standard library only; docs/panel.md says what is checked."""

import hashlib
import json
import sys

MASK = (1 << 64) - 1


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha(data):
    return hashlib.sha256(data).hexdigest()


def lines(*parts):
    return sha("".join(f"{len(part.encode())}:{part}\n" for part in parts).encode())


def seed_of(cert):  # who did not open his commitment counts as "unrevealed", which was fixed beforehand
    held = cert["ceremony"]
    sealed = sorted(held["commitments"].items())
    kept = {p for p, s in sealed if lines("kechuang commitment 1", p, held["reveals"].get(p, "")) == s}
    shown = [held["reveals"][p] if p in kept else "unrevealed" for p, _ in sealed]
    if len(held["dice"]) < 20 or len({s for _, s in sealed}) < 3 or set(held["reveals"]) - {p for p, _ in sealed}:
        raise ValueError("too few dice or parties")
    return lines("kechuang seed 1", held["dice"], cert["pool_digest"], *(s for _, s in sealed), *shown)


def caps(frozen, i, groups):  # the most a project may take of each group: "in"side, "r"egion, "u"nit
    limits, demand = frozen["limits"], frozen["projects"][i][1]
    return {g: demand - limits["outside"] if g == "in" else limits[g[0]] for g in groups}


def feasible(frozen, graph, panels, one):
    demand, load, group, chosen = {}, {}, {}, [0] * len(frozen["experts"])
    for i, j, f in graph:
        most = one if [i, j] in frozen["forced"] else frozen["most"]
        demand[i], load[j] = demand.get(i, 0) + f, load.get(j, 0) + f
        for g in frozen["experts"][j][3]:
            group[i, g] = group.get((i, g), 0) + f
        if not 0 < f <= most:
            yield f"pair {i}, {j} has a chance above its cap"
    for (i, g), total in group.items():
        if total > caps(frozen, i, [g])[g] * one:
            yield f"project {i} breaks the quota of {g}"
    for i, (_, need) in enumerate(frozen["projects"]):
        if demand.get(i, 0) != need * one or len(set(panels[i])) != need:
            yield f"project {i} does not get its experts"
    for j in (j for panel in panels for j in panel):
        chosen[j] += 1
    for j, (_, cap, lo, _) in enumerate(frozen["experts"]):
        if not (lo * one <= load.get(j, 0) <= cap * one and lo <= chosen[j] <= cap):
            yield f"expert {j} has a load outside its bounds"


def redraw(frozen, graph, seed):  # halve the flow bit by bit; a coin of the seed for every cycle of odd arcs
    number, inner, arcs, flow, state = {}, {}, [], [], [0, 0, 0]
    for i, j, f in graph:
        path = [number.setdefault(k, len(number) + 1) for k in [i, *((i, g) for g in frozen["experts"][j][3])]]
        arcs.append((path[-1], number.setdefault(("e", j), len(number) + 1)))
        flow.append(f)
        for arc in (*zip(path, path[1:]), (arcs[-1][1], 0)):
            inner[arc] = inner.get(arc, 0) + f
    arcs, flow = arcs + list(inner), flow + list(inner.values())
    for _ in range(frozen["bits"]):
        odd, used = {}, set()
        for k, end in ((k, end) for k, f in enumerate(flow) if f & 1 for end in arcs[k]):
            odd.setdefault(end, []).append(k)
        for start in odd:
            nodes, steps, place = [start], [], {start: 0}
            while live := [k for k in odd[nodes[-1]] if k not in used]:
                odd[nodes[-1]], k = live, live[-1]
                used.add(k)
                onward, way = (arcs[k][1], 1) if arcs[k][0] == nodes[-1] else (arcs[k][0], -1)
                steps.append((k, way))
                if onward not in place:
                    place[onward] = len(nodes)
                    nodes.append(onward)
                    continue
                if not state[2]:
                    block = hashlib.sha256(seed + state[0].to_bytes(8, "big")).digest()
                    state[:] = state[0] + 1, int.from_bytes(block, "big"), 256
                coin, first = 1 if state[1] & 1 else -1, place[onward]
                state[1:] = state[1] >> 1, state[2] - 1
                for at, direction in steps[first:]:
                    flow[at] += coin * direction
                for gone in nodes[first + 1 :]:
                    del place[gone]
                del steps[first:], nodes[first + 1 :]
        flow = [f >> 1 for f in flow]
    panels = [[] for _ in frozen["projects"]]
    for (i, j, _), f in zip(graph, flow):
        panels[i] += [j] * f
    return panels


def bound(cert, frozen, seed, one):  # the most any assignment can reach, by the prices; and what this one reaches
    def key(side, label):
        return int.from_bytes(hashlib.sha256(seed + side + label.encode()).digest()[:8], "big")

    def weight(i, j):
        z = rows[i] + cols[j] & MASK
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        return (cert["scores"][i][j] << frozen["shift"]) + ((z ^ z >> 31) >> 64 - frozen["tie"] if frozen["tie"] else 0)

    rows, cols = [key(b"project", p[0]) for p in frozen["projects"]], [key(b"expert", e[0]) for e in frozen["experts"]]
    project, expert = cert["prices"]["projects"], cert["prices"]["experts"]
    quota = {(i, g): y for i, g, y in cert["prices"]["quotas"]}
    reached, dual = sum(weight(i, j) * f for i, j, f in cert["graph"]), 0
    dual += sum(u * p[1] * one for u, p in zip(project, frozen["projects"], strict=True))
    dual += sum(v * (e[1] if v > 0 else e[2]) * one for v, e in zip(expert, frozen["experts"], strict=True))
    dual += sum(y * caps(frozen, i, [g])[g] * one for (i, g), y in quota.items())
    forced, top = {tuple(pair) for pair in frozen["forced"]}, (1 << frozen["tie"]) - 1
    floor = [v - top if e[1] else None for v, e in zip(expert, frozen["experts"])]
    for i, row in enumerate(cert["scores"]):
        near = (j for j, (s, v) in enumerate(zip(row, floor)) if s is not None and v is not None)
        near = [j for j in near if (row[j] << frozen["shift"]) > project[i] + floor[j]]
        for j in {*near, *(b for a, b in forced if a == i)}:
            gain = weight(i, j) - project[i] - expert[j] - sum(quota.get((i, g), 0) for g in frozen["experts"][j][3])
            dual += one * gain if (i, j) in forced else frozen["most"] * max(0, gain)
    return dual if min(quota.values(), default=0) >= 0 else None, reached


def faults(cert):
    frozen, one, seed = cert["frozen"], 1 << cert["frozen"]["bits"], bytes.fromhex(cert["seed"])
    if sha(canonical({k: v for k, v in cert.items() if k != "digest"})) != cert["digest"]:
        yield "the certificate was changed after it was made"
    if sha(canonical(frozen)) != cert["pool_digest"]:
        yield "pool, rules or scores are not those whose digest was published"
    if cert["ceremony"] and seed_of(cert) != cert["seed"]:
        yield "the seed does not come from the dice and the commitments"
    yield from feasible(frozen, cert["graph"], cert["panels"], one)
    if redraw(frozen, cert["graph"], seed) != cert["panels"]:
        yield "the draw, repeated, gives other panels"
    if cert["form"] == "full":
        pairs = zip(cert["salts"], cert["scores"], strict=True)
        if [sha(salt.encode() + canonical(row)) for salt, row in pairs] != frozen["scores"]:
            yield "scores are not those committed to"
        best, reached = bound(cert, frozen, seed, one)
        if best != reached:
            yield f"not the best assignment: {reached} reached, {best} possible"


def verify(cert):
    """Every fault found, in words; an empty list means that the draw holds."""
    try:
        return list(faults(cert))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as broken:
        return [f"the certificate cannot be read: {broken!r}"]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        found = verify(json.load(file))
    print("\n".join(f"FAULT {fault}" for fault in found) or "The draw holds: seed, quotas, panels.")
    sys.exit(bool(found))
