# SPDX-License-Identifier: MIT
# whyrst check of listeners of every kind, in a namespace of its own: what it says, its exit status,
# how --connect ends, who holds a port, a listener that restarts all the time.
. tests/cli/common.inc
command -v ip >/dev/null || { echo "ip is not here (package iproute2)"; exit 77; }
private="unshare --net"
[ "$(id -u)" = 0 ] || private="unshare --map-root-user --net"
$private true 2>/dev/null || { echo "no network namespace can be made here"; exit 77; }
for cases in cases places; do
	$private sh -c 'ip link set lo up && exec "$@"' - "$PYTHON" -B "tests/cli/check_$cases.py" "$WHYRST" "$TMP/json" ||
		problem "check_$cases.py: $?"
done
if "$PYTHON" -c 'import jsonschema' 2>/dev/null; then
	"$PYTHON" tests/schema/validate.py "$TMP/json" || problem "JSON against its schema"
fi
done_testing
