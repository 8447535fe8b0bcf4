#!/usr/bin/env bash
# Make .venv and install the package, its tests and its checks, all pinned. Does nothing when nothing has changed.
set -euo pipefail
source "$(dirname "$0")/environment.sh"

stamp=.venv/.installed
wanted=$(cat pyproject.toml constraints.txt | sha256sum | cut -d' ' -f1)
exec 9>.cache/setup.lock
flock 9
[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && [ -x .venv/bin/hub ] && exit 0

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      echo "$candidate"
      return
    fi
  done
  echo "Python 3.11 or newer is needed (Debian 12: apt-get install python3). Cần Python 3.11 trở lên." >&2
  exit 1
}

make_venv() {
  local python=$1
  "$python" -m venv .venv 2>/dev/null && return
  rm -rf .venv
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "setup: python3-venv is missing; installing it with apt-get" >&2
    apt-get -qq update >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y python3-venv >/dev/null
    "$python" -m venv .venv && return
  fi
  echo "This Python cannot make a virtual environment. Ask an administrator for: apt-get install python3-venv" >&2
  echo "Python này không tạo được môi trường ảo. Hãy nhờ quản trị viên chạy: apt-get install python3-venv" >&2
  exit 1
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  make_venv "$(find_python)"
fi
echo "setup: installing pinned packages into .venv (about a minute the first time)" >&2
pip=(.venv/bin/python -m pip --quiet --no-input)
"${pip[@]}" install "$(grep '^pip==' constraints.txt)"
"${pip[@]}" install --editable . --group dev --constraint constraints.txt --build-constraint constraints.txt
echo "$wanted" >"$stamp"
