"""Writes TFRecord records by hand, from the format's description, for the tests of its reader."""

from __future__ import annotations

import struct

from rightloss.views.labels.formats.tfrecord import masked_crc32c


def record(**features: list) -> bytes:
    """One framed tf.train.Example, written by hand from the format's description."""

    def field(number: int, data: bytes) -> bytes:
        return varint(number << 3 | 2) + varint(len(data)) + data

    def varint(value: int) -> bytes:
        out = bytearray()
        value &= (1 << 64) - 1
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        return bytes([*out, value])

    entries = b""
    for name, values in features.items():
        if values and isinstance(values[0], str):
            feature = field(1, b"".join(field(1, value.encode()) for value in values))
        elif values and isinstance(values[0], float):
            feature = field(2, field(1, struct.pack(f"<{len(values)}f", *values)))
        else:
            feature = field(3, field(1, b"".join(varint(value) for value in values)))
        entries += field(1, field(1, name.encode()) + field(2, feature))
    data = field(1, entries)
    head = struct.pack("<Q", len(data))
    crc = struct.pack("<I", masked_crc32c(head))
    return head + crc + data + struct.pack("<I", masked_crc32c(data))
