"""One log file a run, beside its notebooks."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def night_log(path: Path) -> Iterator[logging.Logger]:
    """Yield a logger that writes to `path` only, each line with its UTC time, on disk at once."""
    logger = logging.getLogger(f"homeintel.night.{path}")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    handler = logging.FileHandler(path, encoding="utf-8")
    formatter = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = _utc
    handler.setFormatter(formatter)
    logger.addHandler(handler)
    try:
        yield logger
    finally:
        logger.removeHandler(handler)
        handler.close()


def _utc(seconds: float | None) -> time.struct_time:
    return time.gmtime(seconds)
