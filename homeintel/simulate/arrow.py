"""Arrow arrays straight from numpy's memory. `pyarrow.array` would import pandas, which costs a night 0.4 s."""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["int32_values", "numeric_array", "string_array"]


def numeric_array(
    values: npt.NDArray[np.int64] | npt.NDArray[np.float64],
    kind: pa.DataType,
    valid: npt.NDArray[np.bool_] | None = None,
) -> pa.Array:
    """Return 64-bit values as an array of `kind`; null where `valid` is False."""
    packed = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [packed, pa.py_buffer(np.ascontiguousarray(values))])


def int32_values(array: pa.Int32Array) -> npt.NDArray[np.int32]:
    """Return the values of an array without nulls."""
    return np.frombuffer(array.buffers()[1], dtype=np.int32)[array.offset : array.offset + len(array)]


def string_array(texts: Sequence[str]) -> pa.StringArray:
    """Return texts as an array without nulls."""
    encoded = [text.encode() for text in texts]
    ends = np.fromiter(accumulate(map(len, encoded), initial=0), dtype=np.int32, count=len(encoded) + 1)
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))
