# Sourced by ./demo, ./test and .ci/run: names and installs the packages that are missing (Debian and its relatives), then builds.
# Nothing else on the machine is touched.
dg_packages="g++ cmake ninja-build libdnnl-dev libfmt-dev libjpeg62-turbo-dev libpng-dev libwebp-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libgtest-dev python3"
dg_fuzz_packages="clang libclang-rt-dev libomp-dev"  # libFuzzer, the sanitizers' runtime and OpenMP for clang (tests/fuzz/run)
dg_report_packages="chromium"  # opens the page of doppel report (tests/report/page_test.py)

# dg_install [PACKAGE...]: what everybody needs, and these.
dg_install() {
  local packages="$dg_packages $*"
  if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "This is not a Debian system. Please install what corresponds to: $packages"
    return 0  # configure says what is missing or too old
  fi
  local missing="" package
  for package in $packages; do
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
