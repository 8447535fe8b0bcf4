#!/usr/bin/env bash
# Write constraints.txt anew: install the newest versions pyproject.toml allows into a scratch venv and note what came.
set -euo pipefail
source "$(dirname "$0")/environment.sh"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"${PYTHON:-python3}" -m venv "$scratch/venv"
pip=("$scratch/venv/bin/python" -m pip --quiet)
"${pip[@]}" install --upgrade pip setuptools
"${pip[@]}" install . --group dev
"${pip[@]}" check
{
  echo "# Every version this release was tested with, at run, test and check time. Made by tools/freeze.sh"
  "${pip[@]}" freeze --all | grep -E '^[A-Za-z0-9._-]+==' | grep -v '^lienthong==' | LC_ALL=C sort -f
} >"$scratch/constraints.txt"
mv "$scratch/constraints.txt" constraints.txt
