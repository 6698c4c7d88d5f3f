# Every verb of the project. Settings: PYTHON; for run also COUNTY_DIR, VAR_DIR, GATEWAY_PORT, REGISTRY_PORT, SUBSIDY_PORT, EVALUATION_PORT, EASTWEST_PORT, DATABASE_URL, SCENARIO; for demo KEEP and the ports.
.DEFAULT_GOAL := help
.PHONY: help run first-day doctor admin demo test check static backup restore rotate-keys county-check drill mutants bench bench-scale format bundle audit lock clean runtime development format-check lint-check types-check imports-check

# The first Python on the PATH that is new enough.
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && exit; done; echo false)
BIN := .venv/bin
# A system is six processes and the checks start hundreds: each module is compiled once, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE
UV_COMPILE := uv pip compile -q --universal --generate-hashes --python-version 3.11 pyproject.toml

help: ## this list (本说明)
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r verb what; do printf '%-20s%s\n' "$$verb" "$$what"; done

run: runtime ## the whole system on this machine, gateway on http://127.0.0.1:8000; Ctrl-C stops it (运行整个系统)
	@exec $(BIN)/python -m deploy.local

first-day: runtime ## the settings of a server with fresh secrets, ISSUER=https://… (生成服务器设置)
	@exec $(BIN)/python -m deploy.first_day "$(ISSUER)"

doctor: runtime ## what is missing or wrong in this deployment; BACKUP_DIR, GATEWAY_URL (体检)
	@exec $(BIN)/python -m deploy.doctor

admin: runtime ## the first administrator, NAME=…: its password is shown once (第一名管理员)
	@exec $(BIN)/python -m deploy.admin "$(NAME)"

demo: runtime ## the main job played; KEEP=1: a running system with a year of invented papers, and where to look (演示)
	@$(if $(KEEP),exec env SCENARIO=year $(BIN)/python -m deploy.local,exec $(BIN)/python -m deploy.demo)

test: check ## the same as check (全部检查与测试)

check: development ## format, lint, types, imports, migrations, all tests
	@# Types take one core for half a minute: they are looked at while the tests are collected, and told of at the end.
	@static=$$(mktemp) && { $(MAKE) --no-print-directory static > "$$static" 2>&1 & } && \
	tests=0 && { $(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder || tests=$$?; } && \
	found=0 && { wait $$! || found=$$?; } && cat "$$static" && rm "$$static" && exit $$((tests + found))

static: development ## format, lint, types and imports alone, in half a minute (静态检查)
	@$(MAKE) --no-print-directory -kj4 $(if $(filter output-sync,$(.FEATURES)),-O) format-check lint-check types-check imports-check

format-check:
	$(BIN)/python -m ruff format --check .

lint-check:
	$(BIN)/python -m ruff check .

types-check:
	$(BIN)/python -m mypy

imports-check:
	$(BIN)/lint-imports

backup: runtime ## all databases at one moment, proved, TO=dir; the keys are not in it (备份)
	@exec $(BIN)/python -m deploy.backup "$(TO)"

restore: runtime ## the system of a backup in VAR_DIR, FROM=dir; to a moment: UNTIL="2026-03-01 09:30" WAL=dir (恢复)
	@exec $(BIN)/python -m deploy.restore "$(FROM)" "$(UNTIL)" "$(WAL)"

rotate-keys: runtime ## the next step towards another key, KEY=data, token, index or seal (更换密钥)
	@exec $(BIN)/python -m deploy.rotate_keys "$(KEY)"

county-check: runtime ## every fault, gap and unconfirmed figure in a county's folder, COUNTY_DIR=… (县市数据检查)
	@$(BIN)/python -m deploy.county_check

drill: development ## minutes of real faults and attacks against a whole system: slow callers, halted databases, full disks (演练)
	@# What measures no time goes on three at once; what does has the machine to itself afterwards.
	@rows=$$(mktemp) && red=0 && export DRILL_BEGAN=$$(date +%s) && \
	{ DRILL_ROWS=$$rows $(BIN)/python -m pytest -m "drill and not alone" tests/drill -n 3 --dist loadscope --no-loadscope-reorder || red=1; } && \
	{ DRILL_ROWS=$$rows $(BIN)/python -m pytest -m "drill and alone" tests/drill -p no:xdist || red=1; } && rm "$$rows" && exit $$red

mutants: development ## single defects planted in what decides money and rights: which the nearest tests notice; MUTANTS, SEED, MINUTES, AREA (缺陷植入)
	@exec $(BIN)/python -m tests.mutants

bench: development ## how fast it is, against bare FastAPI, a bare proxy and raw SQL (性能)
	@exec $(BIN)/python -m tests.bench

bench-scale: development ## what a million enrolments do to every list with each filter, and to the requests asked for all day (数据量)
	@exec $(BIN)/python -m tests.bench.scale

format: development ## put the code in order
	$(BIN)/python -m ruff format . && $(BIN)/python -m ruff check --fix .

bundle: development ## one archive that installs without a network, with its SBOM and licences, OUT=dist (离线安装包)
	@exec $(BIN)/python -m deploy.bundle "$(OUT)"

audit: development ## known faults in the packages that are locked; asks the registry (依赖审计)
	$(BIN)/python -m pip_audit --strict --disable-pip --require-hashes -r requirements.lock

lock: ## make the hash-locked requirements anew (needs uv)
	@command -v uv >/dev/null || { echo "make lock 需要 uv。 make lock needs uv: pip install uv" >&2; exit 1; }
	$(UV_COMPILE) --extra local --group dev -o requirements-dev.lock
	$(UV_COMPILE) --extra local -c requirements-dev.lock -o requirements.lock
	$(UV_COMPILE) -c requirements-dev.lock -o requirements-image.lock

clean: ## remove the environment and all caches; the data in var/ stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

runtime development:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本;安装后重试,或用 PYTHON=… 指定。 Python 3.11 or newer is needed: make PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m deploy.environment $@
