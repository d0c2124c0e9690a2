# SPDX-License-Identifier: Apache-2.0
# Completion of lbbgp for bash. What may follow comes from lbbgp itself.

_lbbgp() {
	local current=${COMP_WORDS[COMP_CWORD]} line

	COMPREPLY=()
	while IFS= read -r line; do
		if [[ $line == :files ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
		else
			COMPREPLY+=("$line")
		fi
	done < <("${COMP_WORDS[0]}" complete -- \
		"${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _lbbgp lbbgp
