# Linux and macOS; GNU make 3.81 or newer. Windows: see the README's three plain commands.
.DEFAULT_GOAL := help
.PHONY: help install run test year check diagrams weights prediction lock rebuild

VENV   := .venv
BIN    := $(VENV)/bin
UV     ?= uv
# no isolated builds: what builds jieba and this project comes from a lock file with hashes, too
PIP     = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$python"; break; }; \
	done)

help: ## 列出这些命令
	@echo '用法：make <命令>'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/.runtime ## 准备运行环境（.venv）；锁文件没变就什么也不做
	@echo '运行环境已经就绪'

run: $(VENV)/.runtime ## 启动，然后用浏览器打开 http://127.0.0.1:8080/ （ARGS="--port 9000" 可加参数）
	@exec $(BIN)/python -m bot run $(ARGS)

test: $(VENV)/.dev ## 跑全部测试（ARGS="-k 名字" 只跑一部分）
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

year: $(VENV)/.dev ## 一家 300 位客人、2000 单的店过一整年，逐条核对；再杀 200 次重过一遍（要一两个小时）
	@$(BIN)/python -m tests.year $(ARGS)
	@$(BIN)/python -m tests.year --kills 200 $(ARGS)

check: $(VENV)/.dev ## 检查代码风格、类型、模块之间的依赖、自带配置和数据库结构
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports
	$(BIN)/huitouke check
	$(BIN)/python -m storage.migrate

diagrams: $(VENV)/.runtime ## 从代码里的表重画 docs/complaints.md 里的投诉九步图
	@$(BIN)/python -m handlers.complaint.diagram > docs/complaints.md

weights: $(VENV)/.dev ## 从例句重新训练理解的权重（改了 handlers/understanding/corpus 或 wordlists 以后）
	@$(BIN)/python -m bot train --shipped

prediction: $(VENV)/.dev ## 拿真实的购买记录量一量“下次什么时候买”猜得准不准（docs/prediction.md）
	@$(PIP) --require-hashes -r requirements-prediction.lock
	@$(BIN)/python -m benchmarks.prediction $(ARGS)

lock: ## 重新生成锁文件（需要 uv；UPGRADE=--upgrade 升到最新版本）
	@command -v $(UV) >/dev/null || { echo '需要 uv：见 CONTRIBUTING.md' >&2; exit 1; }
	$(call compile,requirements-build.lock,--group build)
	$(call compile,requirements.lock,pyproject.toml)
	$(call compile,requirements-dev.lock,pyproject.toml --group dev --constraints requirements.lock)
	$(call compile,requirements-prediction.lock,--group prediction --constraints requirements-dev.lock)

compile = $(UV) pip compile $(2) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	$(UPGRADE) --quiet --output-file $(1)

# A .venv whose Python has gone, or whose folder was moved, is made again.
STATE := $(shell $(BIN)/python -c 'import os, pathlib; made = pathlib.Path("$(VENV)/.runtime"); \
	print("works" if not made.exists() or made.read_text() == os.getcwd() else "moved")' 2>/dev/null)
ifneq ($(STATE),works)
$(VENV)/.runtime $(VENV)/.dev: rebuild
endif

rebuild:
	@test -n "$(PYTHON)" || { echo '需要 Python 3.11 或更新的版本，这台电脑上没有找到：请先安装（README 里有每种系统的步骤）' >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo '需要 Python 3.11 或更新的版本，$(PYTHON) 太旧或者不能用' >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear $(VENV) || { rm -rf $(VENV); \
		echo '建不了 .venv。Debian、Ubuntu：先运行 sudo apt install python3-venv' >&2; exit 1; }

$(VENV)/.runtime: requirements-build.lock requirements.lock
	@echo '准备运行环境，第一次大约一分钟 …'
	@$(PIP) --require-hashes -r requirements-build.lock
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps -e .
	@$(BIN)/python -c 'import os, sys; open(sys.argv[1], "w").write(os.getcwd())' $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo '准备测试和检查用的工具 …'
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
