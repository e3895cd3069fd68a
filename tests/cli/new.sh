# SPDX-License-Identifier: MIT
# What tools/new writes compiles without a warning, and is not taken for finished by anybody.
. tests/cli/common.inc
make=${MAKE:-make}
unset MAKEFLAGS MFLAGS
build=${O:-build}
tree=$TMP/tree
mkdir -p "$tree" "$TMP/build"
cp -a Makefile mk include src tools data "$tree" 2>>"$TMP/log"
cp -a "$build/src" "$build/gen" "$build/libwhyrst.a" "$TMP/build"

refuses() {
	"$tree/tools/new" "$@" >"$TMP/out" 2>&1
	[ $? = 2 ] || problem "tools/new $* is accepted"
}
refuses
refuses scenario
refuses scenario Upper
refuses scenario ../escape
refuses scenario 1st
refuses verb some_name
"$tree/tools/new" scenario close_unread >"$TMP/out" 2>&1 && problem "an existing scenario is overwritten"

for kind in scenario cause; do
	"$tree/tools/new" "$kind" made_anew >"$TMP/out" 2>&1 || problem "tools/new $kind: $(cat "$TMP/out")"
	has out "src/${kind}s/made_anew.c"
	(cd "$tree" && "$make" -s O="$TMP/build" WERROR=1 "$TMP/build/src/${kind}s/made_anew.o") >"$TMP/out" 2>&1 ||
		problem "the new $kind does not compile: $(cat "$TMP/out")"
	[ ! -s "$TMP/out" ] || problem "the new $kind: $(cat "$TMP/out")"
done
! grep -qP '\.title = "[^"]' "$tree/src/causes/made_anew.c" || problem "the new cause has words already"
rm "$tree/src/causes/made_anew.c"

# The scenario is in the table of its own accord, and fails until it is filled in.
(cd "$tree" && "$make" -s O="$TMP/build" all) >"$TMP/out" 2>&1 || problem "the tree with it: $(tail "$TMP/out")"
"$TMP/build/whyrst" lab list >"$TMP/list" 2>&1
has list made_anew
if [ "$(id -u)" = 0 ] && unshare --net true 2>/dev/null; then
	"$TMP/build/whyrst" lab run -4 made_anew >"$TMP/run" 2>&1
	[ $? = 1 ] || problem "the new scenario does not fail: $(cat "$TMP/run")"
	has run "does not tell a"
fi
done_testing
