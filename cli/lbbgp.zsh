#compdef lbbgp
# SPDX-License-Identifier: Apache-2.0
# Completion of lbbgp for zsh. What may follow comes from lbbgp itself.

_lbbgp() {
	local -a found

	found=(${(f)"$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" \
		2>/dev/null)"})
	if (( ${found[(Ie):files]} )); then
		_files
	fi
	found=("${(@)found:#:files}")
	if (( $#found )); then
		compadd -- $found
	fi
}

if [ "${funcstack[1]}" = _lbbgp ]; then
	_lbbgp "$@"
else
	compdef _lbbgp lbbgp
fi
