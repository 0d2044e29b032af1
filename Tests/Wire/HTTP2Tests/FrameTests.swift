// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import HTTP2
