# SPDX-License-Identifier: Apache-2.0
#
# apt.sh - apt in a place of its own, for packages of other releases of Debian:
# nothing is installed, and the machine's sources stay as they are; they only tell
# which mirror to ask. Read in by others.
#
#   apt_of DIR SUITE	fills DIR, and the array `apt_options`, for apt-get and
#			apt-cache
apt_of() {
	local mirror

	mkdir -p "$1"/{lists,none,cache/archives/partial}
	: >"$1/status"
	mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME)' |
		awk '$2 == "bookworm" { print $1; exit }')
	cat >"$1/sources.list" <<-EOF
		deb ${mirror:-http://deb.debian.org/debian} $2 main
	EOF
	apt_options=(-q -o Dir::Etc::sourcelist="$1/sources.list"
		-o Dir::Etc::sourceparts="$1/none"
		-o Dir::Etc::preferencesparts="$1/none"
		-o Dir::State::lists="$1/lists" -o Dir::State::status="$1/status"
		-o Dir::Cache="$1/cache" -o APT::Sandbox::User=root
		-o APT::Get::List-Cleanup=0)
	apt-get "${apt_options[@]}" -o APT::Update::Error-Mode=any update >&2 || {
		echo "apt.sh: no $2 at ${mirror:-http://deb.debian.org/debian}," \
			"where the machine has its packages from" >&2
		return 1
	}
}
