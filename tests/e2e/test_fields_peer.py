# SPDX-License-Identifier: Apache-2.0
"""Every field of BGPPeer on the running fabric, as test_fields.py has all others.

Most of them reset sessions, for which each node waits for up to 15 s: a file of its
own, that a fabric beside the other's is busy with them.
"""

import pytest
from fieldrows import assert_does_what_its_row_says
from fieldrows_all import ROWS

pytestmark = pytest.mark.parametrize("cluster", ["dir"], indirect=True,
                                     scope="module")


@pytest.mark.parametrize("key", [key for key in ROWS if key[0] == "BGPPeer"],
                         ids="-".join)
def test_field(cluster, key):
    assert_does_what_its_row_says(cluster, key)
