#!/usr/bin/env bash
# What a reviewer's machine can say without running the hub. Every check runs, then the exit status tells of all.
set -uo pipefail
source "$(dirname "$0")/environment.sh"

failed=()
run() {
  echo "== $1"
  "${@:2}" || failed+=("$1")
}
run "ruff check" .venv/bin/ruff check --quiet .
run "ruff format" .venv/bin/ruff format --quiet --check .
run "mypy" .venv/bin/mypy --no-error-summary
run "import contracts" .venv/bin/lint-imports --no-cache
run "shell scripts parse" bash -c 'for script in tools/*.sh .ci/run; do bash -n "$script" || exit 1; done'
run "installed packages agree" .venv/bin/python -m pip check
if [ ${#failed[@]} -gt 0 ]; then
  printf 'check: failed: %s\n' "$(IFS=,; echo "${failed[*]}")" >&2
  exit 1
fi
echo "check: all well"
