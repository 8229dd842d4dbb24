# The whole developer interface. `make demo` and `make test` are all a newcomer needs.
PYTHON ?= python3
PORT ?= 8000
V := .venv/bin
# Bytecode is kept between runs: without it every start compiles Django anew (2.2 s against 0.9 s).
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test check fmt lock soak bench tour wheel clean

setup: .venv/.runtime  ## make the environment, nothing else

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "kechuang needs Python 3.11 or newer (Debian: apt install python3 python3-venv make)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(V)/pip install --quiet --disable-pip-version-check uv

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/uv
	$(V)/uv pip install --quiet --python $(V)/python --require-hashes -r requirements.lock
	$(V)/uv pip install --quiet --python $(V)/python --no-deps -e .
	@touch $@

.venv/.test: requirements-test.lock .venv/.runtime
	$(V)/uv pip install --quiet --python $(V)/python --require-hashes -r requirements-test.lock
	@touch $@

demo: setup  ## the demonstration region, played and served on 127.0.0.1
	$(V)/kechuang demo --port $(PORT)

check: .venv/.test  ## format, lint, types, walls, book, unit and property tests
	$(V)/mypy & types=$$!; \
	$(V)/ruff format --check src tests bench && $(V)/ruff check src tests bench && $(V)/lint-imports && $(V)/kechuang check && \
	KECHUANG_EVERY_ROUTE=1 $(V)/pytest -n 2 -m "not journey and not browser and not bar and not long and not postgres"; rest=$$?; \
	wait $$types && exit $$rest

test: check  ## everything: check, journeys, browser, the bars in short form, PostgreSQL
	$(V)/python tests/machine.py chromium
	@# Two lines side by side, each in processes of its own: the stories, and what asks PostgreSQL; and the other bars.
	{ $(V)/pytest -rs -m browser && $(V)/pytest -rs -m "(journey or postgres) and not browser"; } & stories=$$!; \
	$(V)/pytest -rs -m "(bar or long) and not browser and not postgres"; bars=$$?; \
	wait $$stories && exit $$bars

fmt: .venv/.test
	$(V)/ruff format src tests bench
	$(V)/ruff check --fix src tests bench

lock: .venv/bin/uv  ## resolve the dependencies anew; hashes, no addresses
	$(V)/uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate --no-emit-index-url -q -o requirements.lock
	$(V)/uv pip compile pyproject.toml --extra test --universal --generate-hashes --no-header --no-annotate --no-emit-index-url -q -o requirements-test.lock

soak: .venv/.test  ## properties with new examples, and the bars of the reliability plan in their long form
	KECHUANG_SOAK=1 $(V)/pytest -n 2 -m "not journey and not browser and not bar and not postgres"
	KECHUANG_SOAK=1 $(V)/pytest -n 1 -m bar

bench: .venv/.test  ## submissions, pages, import, rehearsal: ratios and figures, no verdicts
	$(V)/python -m bench

bench-policy: .venv/.test  ## the rules engine against hand-written SQL, NumPy, OpenFisca (made from PyPI) and on Spark
	$(V)/python tests/machine.py java
	$(V)/uv pip install --quiet --python $(V)/python -r pyproject.toml --extra spark || echo "Spark is left out: pyspark cannot be installed"
	$(V)/python -m bench.policy

bench-%: .venv/.test
	$(V)/python -m bench.$*

tour: .venv/.test  ## the pictures of the README, from a running `make demo` (same PORT, same KECHUANG_DATA)
	$(V)/python -m tests.tour http://127.0.0.1:$(PORT)

wheel: .venv/bin/uv
	$(V)/uv build --wheel -q

clean:
	rm -rf .venv data witness build dist
