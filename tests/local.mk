# SPDX-License-Identifier: Apache-2.0
dist_check_SCRIPTS += tests/check-layers
EXTRA_DIST += tests/run .ci/run \
	tests/kubernetes/build tests/kubernetes/go.mod tests/kubernetes/go.sum
