// SPDX-License-Identifier: Apache-2.0
//
// Written by scripts/descriptors.

import Bytes

/// What protoc makes of xpu.proto, for server reflection.
public enum XPUDescriptor: Sendable {
    /// The serialized `FileDescriptorProto`.
    public static let bytes: [UInt8] = Base64.decode(text) ?? []

    private static let text = """
        Cgl4cHUucHJvdG8SEm9waV94cHUuc2FuZGJveC52MSIoCgxQYXVzZVJlcXVlc3QSGAoHc2Vjb25kcxgBIAEoAVIHc2\
        Vjb25kcyIPCg1SZXN1bWVSZXF1ZXN0IikKDVJlYm9vdFJlcXVlc3QSGAoHc2Vjb25kcxgBIAEoAVIHc2Vjb25kcyIP\
        Cg1TdGF0dXNSZXF1ZXN0IigKEFNldEZhdWx0c1JlcXVlc3QSFAoFcnVsZXMYASABKAlSBXJ1bGVzIicKD1NldFRyYX\
        BzUmVxdWVzdBIUCgV0cmFwcxgBIAMoCVIFdHJhcHMiBgoERG9uZSLOAQoJWFBVU3RhdHVzEhQKBXN0YXRlGAEgASgJ\
        UgVzdGF0ZRIlCg51cHRpbWVfc2Vjb25kcxgCIAEoAVINdXB0aW1lU2Vjb25kcxI5CgdvYmplY3RzGAMgAygLMh8ub3\
        BpX3hwdS5zYW5kYm94LnYxLk9iamVjdFN0YXRlUgdvYmplY3RzEjMKBXBvcnRzGAQgAygLMh0ub3BpX3hwdS5zYW5k\
        Ym94LnYxLlBvcnRTdGF0ZVIFcG9ydHMSFAoFdHJhcHMYBSADKAlSBXRyYXBzIlEKC09iamVjdFN0YXRlEhIKBG5hbW\
        UYASABKAlSBG5hbWUSFAoFc3RhdGUYAiABKAlSBXN0YXRlEhgKB2RldGFpbHMYAyABKAlSB2RldGFpbHMi7gEKCVBv\
        cnRTdGF0ZRISCgRuYW1lGAEgASgJUgRuYW1lEh8KC21hY19hZGRyZXNzGAIgASgJUgptYWNBZGRyZXNzEiAKC3JlcH\
        Jlc2VudG9yGAMgASgJUgtyZXByZXNlbnRvchIWCgZicmlkZ2UYBCABKAlSBmJyaWRnZRI8CghyZWNlaXZlZBgFIAEo\
        CzIgLm9waV94cHUuc2FuZGJveC52MS5Qb3J0Q291bnRlcnNSCHJlY2VpdmVkEjQKBHNlbnQYBiABKAsyIC5vcGlfeH\
        B1LnNhbmRib3gudjEuUG9ydENvdW50ZXJzUgRzZW50IlQKDFBvcnRDb3VudGVycxIYCgdwYWNrZXRzGAEgASgEUgdw\
        YWNrZXRzEhQKBWJ5dGVzGAIgASgEUgVieXRlcxIUCgVkcm9wcxgDIAEoBFIFZHJvcHMyxAMKC1NvZnR3YXJlWFBVEk\
        MKBVBhdXNlEiAub3BpX3hwdS5zYW5kYm94LnYxLlBhdXNlUmVxdWVzdBoYLm9waV94cHUuc2FuZGJveC52MS5Eb25l\
        EkUKBlJlc3VtZRIhLm9waV94cHUuc2FuZGJveC52MS5SZXN1bWVSZXF1ZXN0Ghgub3BpX3hwdS5zYW5kYm94LnYxLk\
        RvbmUSRQoGUmVib290EiEub3BpX3hwdS5zYW5kYm94LnYxLlJlYm9vdFJlcXVlc3QaGC5vcGlfeHB1LnNhbmRib3gu\
        djEuRG9uZRJKCgZTdGF0dXMSIS5vcGlfeHB1LnNhbmRib3gudjEuU3RhdHVzUmVxdWVzdBodLm9waV94cHUuc2FuZG\
        JveC52MS5YUFVTdGF0dXMSSwoJU2V0RmF1bHRzEiQub3BpX3hwdS5zYW5kYm94LnYxLlNldEZhdWx0c1JlcXVlc3Qa\
        GC5vcGlfeHB1LnNhbmRib3gudjEuRG9uZRJJCghTZXRUcmFwcxIjLm9waV94cHUuc2FuZGJveC52MS5TZXRUcmFwc1\
        JlcXVlc3QaGC5vcGlfeHB1LnNhbmRib3gudjEuRG9uZWIGcHJvdG8z
        """
}
