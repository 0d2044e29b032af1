# SPDX-License-Identifier: Apache-2.0
"""The contract, as the sandbox's in-memory API server keeps it, and what that server adds."""
import api_contract_access
import api_contract_delete
import api_contract_memory
import api_contract_read
import api_contract_schema
import api_contract_watch
import api_contract_write
from api_contract import MemoryServer, cases_for

globals().update(cases_for(__name__, MemoryServer, api_contract_access, api_contract_delete,
                           api_contract_memory, api_contract_read, api_contract_schema,
                           api_contract_watch, api_contract_write))
