# Sourced by ./demo and ./test: names and installs the packages that are missing (Debian and its relatives), then builds.
# Nothing else on the machine is touched.
dg_packages="g++ cmake ninja-build libdnnl-dev libfmt-dev libjpeg62-turbo-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libgtest-dev python3"

dg_install() {
  if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "This is not a Debian system. Please install what corresponds to: $dg_packages"
    return 0  # configure says what is missing or too old
  fi
  local missing="" package
  for package in $dg_packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  echo "Needed from apt:$missing"
  local as_root=""
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      echo "Not root and no sudo here. Please install them, then run this again:"
      echo "  apt-get install$missing"
      return 1
    fi
    as_root="sudo"
  fi
  $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
}

# dg_build TARGET...: configures the release preset and builds the targets (all when none is named).
dg_build() {
  cmake --preset release >build-configure.log 2>&1 || { cat build-configure.log; rm -f build-configure.log; return 1; }
  rm -f build-configure.log
  if [ $# = 0 ]; then
    cmake --build --preset release
  else
    cmake --build --preset release --target "$@"
  fi
}
