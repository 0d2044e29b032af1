# SPDX-License-Identifier: Apache-2.0
"""The contract, as a real kube-apiserver 1.20 keeps it: the cases tell the truth."""
import unittest

import api_contract_access
import api_contract_apply
import api_contract_delete
import api_contract_read
import api_contract_schema
import api_contract_watch
import api_contract_write
import deviations
from api_contract import RealServer, cases_for

globals().update(cases_for(__name__, RealServer, api_contract_access, api_contract_apply,
                           api_contract_delete, api_contract_read, api_contract_schema,
                           api_contract_watch, api_contract_write))


class ZLast(unittest.TestCase):
    def test_every_entry_of_the_table_was_needed(self):
        ours = {name for name in deviations.DEVIATIONS_1_20 if not name.startswith("kubectl-")}
        self.assertEqual(deviations.used & ours, ours)
