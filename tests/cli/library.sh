# SPDX-License-Identifier: MIT
# make install, and a program that knows nothing but what was installed.
. tests/cli/common.inc
make=${MAKE:-make}
unset MAKEFLAGS MFLAGS
"$make" -s O="${O:-build}" install DESTDIR="$TMP/root" PREFIX=/usr >"$TMP/log" 2>&1 || {
	problem "make install"
	tail "$TMP/log"
	done_testing
}
root=$TMP/root/usr
for file in bin/whyrst lib/libwhyrst.a lib/pkgconfig/whyrst.pc include/whyrst.h share/man/man1/whyrst.1 \
	share/man/man7/whyrst-causes.7 share/bash-completion/completions/whyrst; do
	[ -s "$root/$file" ] || problem "$file is not installed"
done
cc=${CC:-cc}
if command -v pkg-config >/dev/null; then
	flags=$(PKG_CONFIG_PATH=$root/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$TMP/root \
		pkg-config --define-variable=prefix=/usr --cflags --libs whyrst)
	case $flags in *-lwhyrst*) ;; *) problem "pkg-config says: $flags" ;; esac
fi
cp examples/push.c "$TMP/"
$cc -std=c99 -Wall -Wextra -Werror -pedantic -I "$root/include" "$TMP/push.c" -L "$root/lib" -lwhyrst -o "$TMP/push" ||
	problem "the example does not compile against the installed header"
"$TMP/push" >"$TMP/out" || problem "the example fails"
has out '^class owner-abort'
has out '^cause '
has out 'close-unread'
has out 'fd-exhausted'
has out 'executed: unknown'
has out '^6 segments, 1 connections, 1 resets$'
# the header stands alone, in C++ too
printf '#include <whyrst.h>\nint main() { return whyrst_version()[0] == 0; }\n' >"$TMP/plus.cc"
if command -v g++ >/dev/null; then
	g++ -Wall -Wextra -Werror -I "$root/include" "$TMP/plus.cc" -L "$root/lib" -lwhyrst -o "$TMP/plus" &&
		"$TMP/plus" || problem "the header in C++"
fi
# nothing of the inside shows, nothing of the outside is asked for but memory, strings and numbers as text
nm -g --defined-only "$root/lib/libwhyrst.a" | awk 'NF == 3 { print $3 }' | grep -v '^whyrst_' >"$TMP/leaks"
[ ! -s "$TMP/leaks" ] || problem "the archive shows: $(head -n 5 "$TMP/leaks")"
[ "$(nm -g --defined-only "$root/lib/libwhyrst.a" | grep -c ' T whyrst_')" -ge 8 ] || problem "functions are missing"
nm -u "$root/lib/libwhyrst.a" | grep -E ' (f?open|read|write|socket|time|clock_gettime|gettimeofday|setlocale|getenv|f?puts|printf)$' \
	>"$TMP/outside"
[ ! -s "$TMP/outside" ] || problem "the library asks for: $(cat "$TMP/outside")"
"$make" -s O="${O:-build}" uninstall DESTDIR="$TMP/root" PREFIX=/usr >"$TMP/log" 2>&1
[ -z "$(find "$TMP/root" -type f)" ] || problem "uninstall leaves $(find "$TMP/root" -type f)"
done_testing
