# Sourced by the other scripts: run at the root of the tree, keep every cache inside it, need no home directory.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
mkdir -p "$ROOT/.cache"
export PIP_CACHE_DIR="${PIP_CACHE_DIR:-$ROOT/.cache/pip}" PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
export npm_config_cache="${npm_config_cache:-$ROOT/.cache/npm}" npm_config_update_notifier=false
export PYTHONUTF8=1
if [ -z "${HOME:-}" ]; then
  export HOME="$ROOT/.cache/home"
  mkdir -p "$HOME"
fi
