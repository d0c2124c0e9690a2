# SPDX-License-Identifier: Apache-2.0
# Completion of lbbgp for bash. The words of commands come from lbbgp itself.

_lbbgp() {
	local current=${COMP_WORDS[COMP_CWORD]} words=() i

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-o | --output | --socket | --source | --kubeconfig | \
			--default-class) ((i++)) ;;
		-*) ;;
		*) words+=("${COMP_WORDS[i]}") ;;
		esac
	done
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	-o | --output)
		mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$current")
		return ;;
	--socket | --kubeconfig)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return ;;
	--default-class)
		mapfile -t COMPREPLY < <(compgen -W 'true false' -- "$current")
		return ;;
	--source)
		mapfile -t COMPREPLY < <(compgen -W 'kube dir:' -- "$current")
		return ;;
	esac
	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W '--socket --source
			--kubeconfig --output --all-nodes --default-class
			--help --version' \
			-- "$current")
	elif [[ ${words[0]-} == convert ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
	else
		mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" complete -- \
			"${words[@]}" "$current" 2>/dev/null)
	fi
}
complete -F _lbbgp lbbgp
