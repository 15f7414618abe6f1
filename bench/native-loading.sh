#!/usr/bin/env bash
# Checks every way in which msf must find and load libtorch, and prints PASS or FAIL for each.
# Run from anywhere: bench/native-loading.sh. Takes minutes and up to 3 GB of temporary disk, given back at the end.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
chmod 755 "$work"
failures=0
export XDG_CACHE_HOME="$work/cache"
unset MSF_LIBTORCH

# check NAME COMMAND...: the command's output stays in $work/log.
check() {
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "PASS  $name"
    else
        echo "FAIL  $name"
        tail -n 5 "$work/log" | sed 's/^/      /'
        failures=$((failures + 1))
    fi
}

# works COMMAND...: doctor runs, loads libtorch and prints JSON.
works() { "$@" doctor --json >"$work/doctor.json" && cat "$work/doctor.json" && grep -q '"version": "2\.10' "$work/doctor.json"; }

# refuses TEXT COMMAND...: doctor fails with code 1, names TEXT in one "problem" line, and shows no stack trace.
refuses() {
    local text=$1 output code
    shift
    output=$("$@" doctor 2>&1)
    code=$?
    echo "$output"
    [ $code -eq 1 ] && [ "$(grep '^problem' <<<"$output" | grep -c -- "$text")" -eq 1 ] && ! grep -q '^   at ' <<<"$output"
}

# as_stranger COMMAND...: as a user who may write nowhere but to the temporary directory.
as_stranger() {
    local user=()
    [ "$(id -u)" -eq 0 ] && user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    (cd / && "${user[@]}" env -u XDG_CACHE_HOME HOME=/nonexistent "$@")
}

# one_libtorch COMMAND...: the process maps libtorch once, from $MSF_LIBTORCH, although the application brings its own.
one_libtorch() {
    works "$@" && grep -q "\"path\": \"$MSF_LIBTORCH\"" "$work/doctor.json" || return 1
    LD_DEBUG=files "$@" doctor 2>"$work/loaded" >/dev/null
    [ "$(grep -c 'file=.*libtorch_cpu\.so.*generating link map' "$work/loaded")" -eq 1 ]
}

packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}
packaged_library=$(find "$packages/torchsharp" -name libLibTorchSharp.so | head -n 1)
before=$(sha256sum <"$packaged_library")

cd "$root" || exit 1
check "dotnet run" works dotnet run --project src/Msf.Cli -c Release --
check "dotnet test" dotnet test tests/Msf.Tests -c Release --filter FullyQualifiedName~LibtorchTests

check "dotnet publish" dotnet publish src/Msf.Cli -c Release -o "$work/app" -v q
check "published application" works "$work/app/Msf.Cli"
chmod -R a-w "$work/app"
check "published application in a read-only folder, no writable cache" works as_stranger "$work/app/Msf.Cli"
check "nothing left in the temporary directory" bash -c '! ls -d "${TMPDIR:-/tmp}"/msf-?????? 2>/dev/null | grep .'

mkdir "$work/empty"
native=$(dirname "$(find "$work/app" -name libtorch_cpu.so)")
cp -r "$native" "$work/torch-lib"
MSF_LIBTORCH="$work/torch-lib" check "MSF_LIBTORCH names a copy of libtorch" one_libtorch "$work/app/Msf.Cli"
MSF_LIBTORCH="$work/empty" check "MSF_LIBTORCH names an empty folder" refuses "holds no libc10.so" "$work/app/Msf.Cli"
MSF_LIBTORCH="$work/absent" check "MSF_LIBTORCH names no folder" refuses "does not exist" "$work/app/Msf.Cli"
rm -rf "$work/torch-lib"
if command -v gcc >/dev/null; then
    mkdir "$work/other"
    for library in c10 torch_cpu torch; do
        echo 'int nothing;' | gcc -shared -x c - -Wl,-soname,lib$library.so -o "$work/other/lib$library.so"
    done
    MSF_LIBTORCH="$work/other" check "MSF_LIBTORCH names a libtorch that does not fit" refuses "undefined symbol" "$work/app/Msf.Cli"
fi

chmod -R u+w "$work/app"
find "$work/app" -name 'libtorch_cpu.so' -exec truncate -s 1000 {} +
check "a torn libtorch_cpu.so" refuses "does not load" "$work/app/Msf.Cli"
find "$work/app" -name 'libtorch*.so' -delete
check "an application without libtorch" refuses "not part of this application" "$work/app/Msf.Cli"
rm -rf "$work/app"

check "dotnet publish --self-contained" dotnet publish src/Msf.Cli -c Release -r linux-x64 --self-contained -o "$work/self" -v q
check "self-contained application" works env DOTNET_ROOT=/nonexistent "$work/self/Msf.Cli"
rm -rf "$work/self"

check "dotnet pack" dotnet pack src/Msf.Cli -c Release -o "$work/feed" -v q
package=$(find "$work/feed" -name '*.nupkg' | head -n 1)
check "dotnet tool install" dotnet tool install Msf.Cli --tool-path "$work/tools" --add-source "$work/feed" --version "$(basename "$package" .nupkg | sed 's/^Msf\.Cli\.//')"
check "installed tool ($(du -m "$package" | cut -f 1) MB)" works "$work/tools/msf"

check "the package cache is as it was" [ "$before" = "$(sha256sum <"$packaged_library")" ]
echo "$failures failed"
[ "$failures" -eq 0 ]
