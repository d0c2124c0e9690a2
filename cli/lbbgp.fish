# SPDX-License-Identifier: Apache-2.0
# Completion of lbbgp for fish. What may follow comes from lbbgp itself.

function __lbbgp_complete
	set -l words (commandline -opc) (commandline -ct)
	for line in (command $words[1] complete -- $words[2..-1] 2>/dev/null)
		if test "$line" = ':files'
			__fish_complete_path (commandline -ct)
		else
			echo $line
		end
	end
end

complete -c lbbgp -f -a '(__lbbgp_complete)'
