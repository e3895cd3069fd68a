# SPDX-License-Identifier: MIT
# Options in every form, languages, wrong usage: one line, nearest names, exit 2.
. tests/cli/common.inc
one=$captures/close_unread.pcap

run 0 --version
has out '^whyrst [0-9]+\.[0-9]+\.[0-9]+$'
run 0 -h
has out 'read FILE'
has out 'Examples:'
[ "$(wc -l <"$TMP/out")" -le 50 ] || problem "-h is more than a screen"
run 0 read -h
has out '--memory MB'
run 0 -h --lang zh
has out '用法'
run 0 help read
has out '--memory MB'

# languages: the first that is set decides, the option above all
for environment in LC_ALL=zh_CN.UTF-8 'LC_ALL= LC_MESSAGES=zh_TW.UTF-8' 'LC_ALL= LC_MESSAGES= LANG=zh_CN.UTF-8'; do
	env $environment "$WHYRST" -h >"$TMP/out" || problem "-h under $environment"
	has out '用法'
done
env LC_ALL=en_US.UTF-8 LANG=zh_CN.UTF-8 "$WHYRST" -h >"$TMP/out"
has out '^Usage: '
env LC_ALL=zh_CN.UTF-8 "$WHYRST" --lang=en -h >"$TMP/out"
has out '^Usage: '

# wrong usage
for arguments in 'red' 'read' 'read --colr never x' 'read -o xml x' 'read --lang de x' 'read -c 0 x' 'read -c x y' \
	'read --memory 1 x' 'read --color' 'read --quiet=1 x' 'read --nonsense' '-r' '--verbose'; do
	run 2 $arguments
	lines err 1
	lines out 0
done
run 2
has err 'Usage: '
run 2 raed "$one"
has err 'did you mean read\?'
run 2 read --colour=never "$one"
has err '--color'
run 2 read --anon "$one"
has err '--anonymize'
run 2 read -V "$one"
has err 'did you mean -v\?'
run 2 --lang zh raed
has err '是否想用 read'
# what was typed does not drive the terminal
run 2 "$(printf 're\033[31m')"
hasnt err "$(printf '\033')"

# the same in all its forms, before and after the verb
run 0 read -o json --seed 1 "$one"
grep -v '"type":"summary"' "$TMP/out" >"$TMP/expected"
for arguments in "read -ojson --seed=1 $one" "-o json read --seed 1 $one" "read $one --output=json --seed 1" \
	"-r $one -o json --seed 1" "-r$one --output json --seed 1" "read -qo json --seed 1 $one" \
	"read -o json --seed 1 -- $one" "-o json --seed 1 -r $one"; do
	run 0 $arguments
	grep -v '"type":"summary"' "$TMP/out" | cmp -s - "$TMP/expected" || problem "$arguments differs"
done
WHYRST_SEED=1 "$WHYRST" read -o json "$one" | grep -v '"type":"summary"' | cmp -s - "$TMP/expected" ||
	problem "WHYRST_SEED differs from --seed"

# colour
run 0 read --color always "$one"
has out "$(printf '\033')"
run 0 read "$one"
hasnt out "$(printf '\033')"
NO_COLOR=1 "$WHYRST" read "$one" >"$TMP/out"
hasnt out "$(printf '\033')"
done_testing
