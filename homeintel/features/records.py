"""Rows as dictionaries, for the few places that need a whole row at once."""

from typing import Any

import pandas as pd


def as_records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one dictionary a row, column name -> cell."""
    return [{str(name): cell for name, cell in row.items()} for row in rows.to_dict("records")]
