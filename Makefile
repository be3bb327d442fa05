# Every target sets up what it needs. Nothing here needs root or a running server.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
# A test that hangs shows where; nothing is kept from one run to the next.
PYTEST := $(PYTHON) -m pytest -p no:cacheprovider -o faulthandler_timeout=120
# CI has no terminal and must not wait for one.
export PYTHONDONTWRITEBYTECODE := 1
export PIP_NO_INPUT := 1

.PHONY: help venv compiled neovims wtf-tools demo test check nix-check bench-explain bench-startup bench-connect bench-complete bench-guard bench-wtf soak soak-short fmt docs clean

help:  ## show this
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

# The development shell of the flake names an interpreter; another one means another .venv.
READY := .venv/.ready$(subst /,_,$(LOCAL_LLM_DEV_PYTHON))

$(READY): pyproject.toml scripts/make_venv.sh
	@sh scripts/make_venv.sh $@

venv: $(READY)  ## make .venv with the package and the tools (a minute, once)

# Nothing else leaves byte code here, and a host of each of a thousand tests would compile itself.
compiled: venv
	@$(PYTHON) -m compileall -q python rplugin

neovims: venv  ## find or get the Neovims of the test matrix (15 s, once)
	@$(PYTHON) scripts/neovim.py --all

wtf-tools: venv  ## get the tools whose diagnostics tests/wtf holds (a minute, once; no root)
	@$(PYTHON) scripts/wtf_tools.py

demo: venv  ## open a sample file and watch :LocalExplain stream into its window (2 min the first time)
	@$(PYTHON) scripts/demo.py

test: neovims wtf-tools compiled  ## run every test on the oldest and the newest Neovim (NVIM_MATRIX=0.10 picks one)
	@$(PYTEST) -n auto --dist loadfile -m 'not soak' $(ARGS)

check: venv  ## lint, types, formatting and generated documentation; changes nothing
	$(PYTHON) -m ruff check --no-cache .
	$(PYTHON) -m ruff format --no-cache --check .
	$(PYTHON) -m mypy
	MYPYPATH=scripts:python $(PYTHON) -m mypy --config-file= --strict --ignore-missing-imports scripts
	$(PYTHON) scripts/lua_tools.py check
	$(PYTHON) scripts/gen_docs.py --check

nix-check: venv  ## look at the flake as far as Nix and LOCAL_LLM_NIXPKGS allow; builds nothing
	@$(PYTHON) scripts/nix_check.py

bench-explain: neovims  ## measure socket-to-screen time and CPU a token, beside a bare loop
	@$(PYTHON) tests/bench/explain.py $(ARGS)

bench-startup: neovims  ## measure what the plugin costs an editor that does not use it
	@$(PYTHON) tests/bench/startup.py $(ARGS)

bench-connect: venv  ## measure how long looking for a server takes where none is, or a silent one
	@$(PYTHON) tests/bench/connect.py $(ARGS)

bench-wtf: neovims wtf-tools  ## measure what :LocalWtf gathers in time, beside a server and a tool that hang
	@$(PYTHON) tests/bench/wtf.py $(ARGS)
	@$(PYTHON) tests/bench/wtf_facts.py

bench-guard: venv  ## measure what masking costs, and what it finds on the corpus
	@$(PYTHON) tests/bench/guard.py $(ARGS)

bench-complete: neovims  ## measure inline completion: time, messages, tokens, beside bare Lua (ARGS=--quick)
	@$(PYTHON) tests/bench/complete.py $(ARGS)

soak: neovims compiled  ## hours of explaining, typing, stopping and killing: nothing may be left or grow
	@SOAK_SECONDS=$${SOAK_SECONDS:-3600} $(PYTEST) -o faulthandler_timeout=0 -m soak $(ARGS)

soak-short: neovims compiled  ## the same for two minutes: half a minute each, on each Neovim
	@SOAK_SECONDS=$${SOAK_SECONDS:-30} $(PYTEST) -o faulthandler_timeout=0 -m soak $(ARGS)

fmt: venv  ## format Python and Lua in place
	@$(PYTHON) -m ruff check --no-cache --fix-only .
	@$(PYTHON) -m ruff format --no-cache .
	@$(PYTHON) scripts/lua_tools.py format

docs: venv  ## write the generated parts of the documentation and the Lua types
	@$(PYTHON) scripts/gen_docs.py

clean:  ## remove what these targets made
	rm -rf .venv .cache .hypothesis .mypy_cache .ruff_cache .pytest_cache build dist
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name '*.egg-info' -prune -exec rm -rf {} +
