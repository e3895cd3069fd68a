# SPDX-License-Identifier: MIT
# Counting for the scripts tests/KIND/run. A failure prints its name at once; finish hands the counts
# to tests/run, or prints them when the script was started by hand.
passed=0 failed=0 skipped=0
pass() { passed=$((passed + 1)); [ -z "${VERBOSE:-}" ] || echo "  ok    $1"; }
fail() { failed=$((failed + 1)); echo "  FAIL  $1"; }
skip() { skipped=$((skipped + 1)); echo "  skip  $1: $2"; }
finish() {
	if [ -n "${RESULT:-}" ]; then
		echo "$passed $failed $skipped" >"$RESULT"
	else
		echo "$passed passed, $failed failed, $skipped skipped"
	fi
	[ "$failed" -eq 0 ]
	exit
}
