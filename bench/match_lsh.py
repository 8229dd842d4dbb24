"""MinHash LSH of datasketch over the texts of `bench.match`: run by a python that has it; needs nothing of kechuang."""

import json
import statistics
import sys
import time

from datasketch import MinHash, MinHashLSH

PERMUTATIONS = 128
LEAST = 0.2


def minhash(text: str) -> MinHash:
    letters = "".join(letter for letter in text if letter.isalnum())
    made = MinHash(num_perm=PERMUTATIONS)
    made.update_batch([letters[place : place + 3].encode() for place in range(max(len(letters) - 2, 1))])
    return made


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        documents, fresh, changed = json.load(file)
    begun = time.perf_counter()
    lsh, marks = MinHashLSH(threshold=LEAST, num_perm=PERMUTATIONS), {}
    for name, text in documents:
        marks[name] = minhash(text)
        lsh.insert(name, marks[name])
    speed = len(documents) / (time.perf_counter() - begun)
    times = []

    def ask(text: str) -> list[tuple[str, float]]:
        start = time.perf_counter()
        mark = minhash(text)
        near = sorted(((mark.jaccard(marks[name]), name) for name in lsh.query(mark)), reverse=True)[:10]
        times.append(time.perf_counter() - start)
        return [(name, score) for score, name in near]

    best = sorted(max((score for _, score in ask(text)), default=0.0) for text in fresh)
    line = best[len(best) - 1 - len(best) // 100]
    kinds = {}
    for kind, texts in changed.items():
        pairs = [(dict(ask(text)), name) for names, text in texts for name in names]
        recall = statistics.mean(name in scores for scores, name in pairs)
        kinds[kind] = [recall, statistics.mean(scores.get(name, 0.0) > line for scores, name in pairs)]
    json.dump({"speed": speed, "p50": 1e3 * statistics.median(times), "kinds": kinds}, sys.stdout)


if __name__ == "__main__":
    main()
