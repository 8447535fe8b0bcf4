#!/usr/bin/env bash
# All tests; arguments go to pytest.
set -euo pipefail
source "$(dirname "$0")/environment.sh"
exec .venv/bin/python -m pytest "$@"
