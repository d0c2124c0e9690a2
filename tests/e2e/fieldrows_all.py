# SPDX-License-Identifier: Apache-2.0
"""The table of test_fields.py and test_fields_peer.py with all its rows."""

import fieldrows_bfd  # noqa: F401
import fieldrows_bmp  # noqa: F401
import fieldrows_configuration  # noqa: F401
import fieldrows_filter  # noqa: F401
import fieldrows_links  # noqa: F401
import fieldrows_peer  # noqa: F401
import fieldrows_restart  # noqa: F401
import fieldrows_virtual_ip  # noqa: F401
from fieldrows import ROWS  # noqa: F401
