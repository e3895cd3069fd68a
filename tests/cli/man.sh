# SPDX-License-Identifier: MIT
# Man pages and completion say the same as -h, and the committed pages are those of the tables.
. tests/cli/common.inc
make=${MAKE:-make}
unset MAKEFLAGS MFLAGS
docs=${O:-build}/docs
"$make" -s O="${O:-build}" docs >"$TMP/log" 2>&1 || { problem "make docs"; tail "$TMP/log"; }
for page in whyrst.1 whyrst-causes.7 whyrst.zh.1 whyrst-causes.zh.7; do
	cmp -s "docs/man/$page" "$docs/$page" || problem "docs/man/$page is not current: make redocs"
done
# every verb and every option of -h, in the page and in each completion
plain() { sed 's/\\-/-/g; s/\\e/\\/g; s/\\&//g'; }
plain <"$docs/whyrst.1" >"$TMP/page"
plain <"$docs/whyrst.zh.1" >"$TMP/page.zh"
verbs=$("$WHYRST" -h | sed -n '/^Verbs:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p')
[ -n "$verbs" ] || problem "-h names no verb"
for verb in $verbs; do
	has page "^\.SS whyrst $verb"
	has page.zh "^\.SS whyrst $verb"
	for shell in bash zsh fish; do
		grep -qw -- "$verb" "$docs/whyrst.$shell" || problem "$verb is not in the completion of $shell"
	done
	"$WHYRST" "$verb" -h | sed -n '/^Options:/,/^Examples:/s/^  \(-.*\)/\1/p' | sed 's/   *.*//' >"$TMP/options"
	[ -s "$TMP/options" ] || problem "$verb -h names no option"
	while read -r option; do
		grep -qxF -- ".B $option" "$TMP/page" || problem "$verb: '$option' of -h is not in whyrst.1"
		grep -qxF -- ".B $option" "$TMP/page.zh" || problem "$verb: '$option' of -h is not in the Chinese whyrst.1"
		name=$(echo "$option" | grep -o -- '--[a-z-]*' | head -n 1)
		[ -z "$name" ] || for shell in bash zsh; do
			grep -qF -- "$name" "$docs/whyrst.$shell" || problem "$name is not in the completion of $shell"
		done
		[ -z "$name" ] || grep -q -- "-l ${name#--}\b" "$docs/whyrst.fish" || problem "$name is not in the completion of fish"
	done <"$TMP/options"
done
# as many causes as there are
[ "$(grep -c '^\.SS ' "$docs/whyrst-causes.7")" = "$(grep -lE '^const struct cause cause_' src/causes/*.c | wc -l)" ] ||
	problem "whyrst-causes.7 does not name every cause"
hasnt page '\{[a-z_]+\}'
grep -nE '\{[A-Za-z_]+\}' "$docs/whyrst-causes.7" | head -n 3 >"$TMP/slots"
[ ! -s "$TMP/slots" ] || problem "unfilled slots: $(cat "$TMP/slots")"
if command -v man >/dev/null && man --version >/dev/null 2>&1; then
	for page in "$docs"/*.1 "$docs"/*.7; do
		man --warnings=mac -l "$page" 2>&1 >/dev/null | grep -v 'cannot adjust\|break line' >"$TMP/warnings"
		[ ! -s "$TMP/warnings" ] || problem "$page: $(head -n 1 "$TMP/warnings")"
	done
fi
# the completion completes
complete_with() {
	bash -c '. "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); compopt() { :; }; _whyrst; echo "${COMPREPLY[@]}"' - "$docs/whyrst.bash" "$@"
}
[ "$(complete_with whyrst rea)" = read ] || problem "bash: rea does not become read"
[ "$(complete_with whyrst read -o js)" = json ] || problem "bash: -o js does not become json"
[ "$(complete_with whyrst read --mem)" = --memory ] || problem "bash: --mem does not become --memory"
done_testing
