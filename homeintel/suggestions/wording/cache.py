"""Answers of earlier nights: the same content costs nothing a second time."""

import duckdb

from homeintel.suggestions.wording.check import Wording


def read_cache(connection: duckdb.DuckDBPyConnection) -> dict[str, Wording]:
    """Return the accepted answers by content hash, the newest of each."""
    rows = connection.execute(
        "SELECT content_hash, title, description FROM wordings WHERE rejected IS NULL ORDER BY made_at, rowid"
    ).fetchall()
    return {content: Wording(title=title, description=description) for content, title, description in rows}
