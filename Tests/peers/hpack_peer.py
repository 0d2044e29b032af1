# SPDX-License-Identifier: Apache-2.0
"""Decodes and encodes header blocks with python-hpack.

Standard input: {"tableSize": n, "blocks": [hex], "lists": [[[name, value, sensitive]]]}; the blocks
share one decoder and the lists share one encoder. Standard output: the same object, where blocks
have become lists and lists have become blocks.
"""
import json
import sys

import hpack

job = json.load(sys.stdin)
size = job["tableSize"]

decoder = hpack.Decoder(max_header_list_size=1 << 20)
decoder.max_allowed_table_size = size
decoded = []
for block in job["blocks"]:
    fields = decoder.decode(bytes.fromhex(block), raw=True)
    decoded.append(
        [
            [field[0].decode(), field[1].decode(), isinstance(field, hpack.NeverIndexedHeaderTuple)]
            for field in fields
        ]
    )

encoder = hpack.Encoder()
encoder.header_table_size = size
encoded = []
for fields in job["lists"]:
    # The package matches names and values that are bytes.
    tuples = [(name.encode(), value.encode(), secret) for name, value, secret in fields]
    encoded.append(encoder.encode(tuples).hex())

json.dump({"lists": decoded, "blocks": encoded}, sys.stdout)
