#!/usr/bin/env bash
# Runs the named steps in order and says which one is running: install/steps.sh packages python node configure compile web.
# `compile` makes ninja's default targets, `compile:TARGET,TARGET` these.
# Every step first looks whether its work is already done, so running all of them again takes a second or two.
# The Makefile is the way in; see `make help`.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly venv=build/venv
export PATH="$PWD/$venv/bin:$PATH"

asRoot() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Prints the lines of install/apt.txt whose package is missing or has another upstream version (NAME=VERSION) or an older
# one (NAME>=VERSION).
missingPackages() {
  local name wanted installed
  while IFS='=' read -r name wanted; do
    case $name in '' | '#'*) continue ;; esac
    if [ "$name" = npm ] && command -v npm >/dev/null; then continue; fi
    if [ "${name%>}" != "$name" ]; then # NAME>=VERSION
      installed=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "${name%>}" 2>/dev/null || true)
      if [ "${installed%% *}" = installed ] && dpkg --compare-versions "${installed#* }" ge "$wanted"; then continue; fi
      echo "$name=$wanted"
      continue
    fi
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$name" 2>/dev/null || true)
    # Debian's own revisions (after the last dash) carry fixes to the packaging; they count as the same version.
    if [ "${installed%-*}" != "installed ${wanted%-*}" ]; then echo "$name=$wanted"; fi
  done <install/apt.txt
}

# The archive keeps one revision of each version: when a newer revision replaced the pinned one, it is taken, loudly.
offeredRevision() {
  local name=${1%%[>=]*} wanted=${1#*=} offered
  offered=$(apt-cache madison "$name" | awk '{ print $3 }')
  if [ "$1" = "$name>=$wanted" ]; then
    offered=$(head -n 1 <<<"$offered") # the newest stands first
    if ! dpkg --compare-versions "$offered" ge "$wanted"; then
      echo "install/apt.txt: $name $wanted or later is not offered by this machine's apt sources (Debian 12 with its security updates is expected)" >&2
      return 1
    fi
    echo "$name=$offered"
    return
  fi
  if grep -qxF "$wanted" <<<"$offered"; then echo "$1"; return; fi
  offered=$(grep -F "${wanted%-*}-" <<<"$offered" | head -n 1 || true)
  if [ -z "$offered" ]; then
    echo "install/apt.txt: $name $wanted is not offered by this machine's apt sources (Debian 12 with its security updates is expected)" >&2
    return 1
  fi
  echo "  $name: revision $offered instead of $wanted" >&2
  echo "$name=$offered"
}

step_packages() {
  local missing package resolved=()
  missing=$(missingPackages)
  if [ -z "$missing" ]; then echo "  all present"; return; fi
  echo "  missing: $(tr '\n' ' ' <<<"$missing")"
  asRoot apt-get -qq update
  for package in $missing; do
    # Not inside the array expression: a failure there would go unnoticed.
    package=$(offeredRevision "$package")
    resolved+=("$package")
  done
  asRoot env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --allow-downgrades \
    -o Dpkg::Use-Pty=0 -o APT::Color=0 "${resolved[@]}" | grep -E --line-buffered '^(Need to get|Get:|Setting up|E:)' | sed -u 's/^/  /'
}

# unchanged STAMP FILE...: whether the step that wrote STAMP last ran with these very files.
unchanged() {
  local stamp=$1
  shift
  [ -f "$stamp" ] && [ "$(cat "$@" | sha256sum)" = "$(cat "$stamp")" ]
}

mark() {
  local stamp=$1
  shift
  cat "$@" | sha256sum >"$stamp"
}

step_python() {
  if unchanged $venv/installed python/requirements.txt; then echo "  $venv is up to date"; return; fi
  rm -rf $venv
  mkdir -p build
  # Debian's interpreter: python3-dev of install/apt.txt belongs to it.
  /usr/bin/python3 -m venv $venv
  echo "  installing $(grep -c == python/requirements.txt) packages into $venv"
  $venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: -r python/requirements.txt
  # The package is used from the build tree; `compile` fills it.
  echo "$PWD/build/python" >"$($venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/wasmind.pth"
  mark $venv/installed python/requirements.txt
}

step_node() {
  mkdir -p build
  if unchanged node_modules/.installed package-lock.json && [ -x build/node/bin/node ]; then echo "  $(build/node/bin/node --version) is up to date"; return; fi
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error | sed 's/^/  /'
  # Where build/bin/wasmind looks for the engine of --engine=node.
  ln -sfn "$(echo "$PWD"/node_modules/node-linux-*)" build/node
  mark node_modules/.installed package-lock.json
  echo "  Node $(build/node/bin/node --version)"
}

step_configure() {
  if [ -f build/build.ninja ]; then echo "  build/ is configured; ninja repeats it when needed"; return; fi
  mkdir -p build
  # What takes minutes announces itself (the ONNX library, built once per machine); the rest is in the log.
  if ! cmake --preset dev 2>&1 | tee build/configure.log | sed -u -n 's/^-- \(.*\(downloading\|building\).*\)/  \1/p'; then
    tail -n 40 build/configure.log >&2
    return 1
  fi
}

# What TARGETS take where nothing is compiled, of one processor, as `make cost` measures it.
estimate() {
  case $1 in
  *tests*) echo 'about 9 minutes of one processor from nothing, half of that on two; afterwards what changed' ;;
  *) echo 'about 5 minutes of one processor from nothing, half of that on two; seconds afterwards' ;;
  esac
}

# step_compile TARGETS: comma-separated; none: the default ones.
step_compile() {
  local targets
  IFS=, read -ra targets <<<"$1"
  # Ninja overwrites its status line on a terminal; in a log one line in twenty-five shows the progress as well.
  if [ -t 1 ]; then ninja -C build "${targets[@]}"; return; fi
  NINJA_STATUS='  %f of %t, %es: ' ninja -C build "${targets[@]}" | awk '!/^  [0-9]+ of [0-9]+, / { print; fflush(); next }
    { last = $0; if ($1 % 25 == 0 || $1 == $3 + 0) { print; fflush(); last = "" } } END { if (last) print last }'
}

step_web() {
  # npm puts node_modules/.bin first, so the scripts run on the pinned Node.
  npm run build --workspace runtime/web --silent | sed 's/^/  /'
}

# Wheels, npm tarball and CMake package, with their sizes. pip compiles the host for its wheel, without the compiler; the wheel of
# the compiler holds what `compile` made.
step_pack() {
  local out=build/packages wheel=(python -m pip wheel --quiet --no-build-isolation --no-deps --no-index -w build/packages)
  rm -rf $out
  mkdir -p $out
  "${wheel[@]}" --config-settings=cmake.args=--preset=runtime .
  "${wheel[@]}" --config-settings=cmake.define.WASMIND_BUILD="$PWD/build" ./python/compiler
  npm pack --workspace runtime/web --pack-destination $out --silent >/dev/null
  cmake --install build --prefix $out/cmake --strip >/dev/null
  (cd $out && du -h --apparent-size --max-depth=1 --all . | sed '$d; s/^/  /')
}

step_test() {
  $venv/bin/python test/run.py
}

step_demo() {
  $venv/bin/python examples/demo.py
}

step_operators() {
  $venv/bin/python examples/operators_demo.py
}

step_bench() {
  $venv/bin/python bench/run.py
  local kernels=() name
  if $venv/bin/python test/tvm/kernels.py build/bench/tvm; then
    for name in {add,sub,mul}_{f32,i8} {matmul,conv2d}{,_plain}_f32; do kernels+=("--tvm=build/bench/tvm/tvm_$name.dso.o"); done
  fi
  build/bin/wasmind bench operators --dtypes=f32,i8 "${kernels[@]}" --peer=onnxruntime-web --calls --markdown=docs/generated/operator-benchmark.md
}

if ! command -v dpkg-query >/dev/null; then
  echo "install/steps.sh: this machine is not a Debian; README.md names what to install by hand" >&2
  exit 1
fi
readonly total=$#
started=$SECONDS
for step in "$@"; do
  number=$((${number:-0} + 1))
  argument=
  if [ "${step#compile:}" != "$step" ]; then argument=${step#compile:} step=compile; fi
  case $step in
  packages) text='Debian packages of install/apt.txt' ;;
  python) text='Python tools of python/requirements.txt' ;;
  node) text='Node and JavaScript tools of package-lock.json' ;;
  configure) text='configuring build/' ;;
  compile) text="compiling ($(estimate "$argument"))" ;;
  web) text='compiling the TypeScript library' ;;
  pack) text='packages in build/packages' ;;
  test) text='testing' ;;
  demo) text='demonstration' ;;
  bench) text='benchmark' ;;
  operators) text='operators: objects, archive, module' ;;
  *) echo "install/steps.sh: no step is called '$step'" >&2; exit 2 ;;
  esac
  echo "[$number/$total] $text"
  "step_$step" "$argument"
done
