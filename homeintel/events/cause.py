"""Who or what caused a change, how sure that is, and why.

Home Assistant's contexts (https://data.home-assistant.io/docs/context): a user id is set when a person acted through a
screen, a voice or an app; an automation acts under the context of its run, whose parent is what triggered it. People
press wall switches too: a change without a context is a device's own word, not nobody's.
"""

from collections.abc import Mapping

import duckdb

from homeintel.events.clean import CONTEXTS, WORTH, Held
from homeintel.events.load import Origin

CALL_SECONDS = 30
"""A device that answers a service call so late is still answering it; Home Assistant itself forgets after 5 seconds."""

SETTLE_SECONDS = 5
"""Changes so shortly after a storm still belong to it."""


def judge_causes(
    connection: duckdb.DuckDBPyConnection, held: Held, origins: Mapping[int, Origin], *, stormy: bool
) -> None:
    """Make `changed` from `written`, `storms` and `raw_runs`: the kept changes, why each was, and by which entity.

    `told` shows the same in the words of `events`: they are long, and the same again and again.

    What a source does not hold is not joined: InfluxDB knows no runs, and most days have no storm.

    Args:
        connection: after `clean` and `find_storms`.
        held: what the piece's rows hold.
        origins: their sources by rank.
        stormy: whether `storms` holds any.
    """
    runs = _RUNS if connection.execute("FROM raw_runs LIMIT 1").fetchall() else _NO_RUNS
    storms = _STORMS if stormy else _NO_STORMS
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE changed AS
        WITH kept AS (
            SELECT ts, entity, shown AS state, previous, {WORTH} AS value, rank, {_contexts(held)},
                {_knows(held, origins)} AS knows
            FROM written WHERE NOT repeated AND NOT known),
        with_runs AS ({runs}),
        with_storms AS ({storms}),
        judged AS (
            SELECT *, CASE
                WHEN user_id IS NOT NULL THEN 'user'
                WHEN run_entity IS NOT NULL THEN 'run'
                WHEN parent_id IS NOT NULL THEN 'parent'
                WHEN called AND call_kind = 'person' THEN 'asked'
                WHEN called THEN 'called'
                WHEN stormy THEN 'storm'
                WHEN previous IS NULL THEN 'first'
                WHEN knows THEN 'device' ELSE 'silent' END AS why
            FROM with_storms)
        SELECT ts, entity, state, previous, value, rank, why,
            CASE why WHEN 'run' THEN run_entity WHEN 'called' THEN call_entity END AS cause_entity_id
        FROM judged ORDER BY ts"""
    )
    sources = _of_rank({rank: f"'{origin.source}'" for rank, origin in origins.items()})
    connection.execute(
        f"""CREATE OR REPLACE TEMP VIEW told AS
        SELECT ts, entity_id, state, previous, value, {_case(0)} AS cause, {_case(1)} AS cause_reason, cause_entity_id,
            {sources} AS source
        FROM changed JOIN numbered USING (entity)"""
    )


def _contexts(held: Held) -> str:
    """Return the three contexts of a change; one that it lacks is that of the same change in the other source."""
    names = dict(zip(("id", "user_id", "parent_id"), CONTEXTS, strict=True))
    if not held.contexts:
        return ", ".join(f"NULL::VARCHAR AS {name}" for name in names)
    if not held.merged:
        return ", ".join(f"{context} AS {name}" for name, context in names.items())
    return ", ".join(f"coalesce({of}, CASE WHEN met THEN met_{of} END) AS {name}" for name, of in names.items())


def _knows(held: Held, origins: Mapping[int, Origin]) -> str:
    """Return whether a missing context means that there was none: a change that both sources have is known to both."""
    knows = _of_rank({rank: str(origin.knows_context).upper() for rank, origin in origins.items()})
    either = any(origin.knows_context for origin in origins.values())
    return f"({knows} OR met)" if held.merged and either else knows


def _of_rank(values: Mapping[int, str]) -> str:
    if not values:
        return "NULL"
    return "CASE rank " + " ".join(f"WHEN {rank} THEN {value}" for rank, value in values.items()) + " END"


# The run whose context a change has, and the last service call for its entity shortly before.
_RUNS = f"""
    WITH runs AS (
        SELECT context_id AS id, arg_min(entity_id, ts) AS run_entity FROM raw_runs
        WHERE kind IN ('automation', 'script') AND context_id IS NOT NULL GROUP BY context_id),
    calls AS (
        SELECT ts AS called_at, numbered.entity, kind AS call_kind, runs.run_entity AS call_entity
        FROM raw_runs JOIN numbered ON numbered.entity_id = target
        LEFT JOIN runs ON runs.id = raw_runs.context_id
        WHERE kind = 'person' OR (kind = 'call' AND runs.run_entity IS NOT NULL))
    SELECT kept.*, runs.run_entity, call_kind, call_entity,
        coalesce(kept.ts - called_at <= INTERVAL '{CALL_SECONDS} seconds', FALSE) AS called
    FROM kept LEFT JOIN runs USING (id)
    ASOF LEFT JOIN calls ON kept.entity = calls.entity AND kept.ts >= calls.called_at"""
_NO_RUNS = "SELECT *, NULL AS run_entity, NULL AS call_kind, NULL AS call_entity, FALSE AS called FROM kept"

_STORMS = f"""
    SELECT with_runs.*, coalesce(ts <= ended_at + INTERVAL '{SETTLE_SECONDS} seconds', FALSE) AS stormy
    FROM with_runs ASOF LEFT JOIN storms ON with_runs.ts >= storms.started_at"""
_NO_STORMS = "SELECT *, FALSE AS stormy FROM with_runs"

_REASONS = {
    "user": ("person", "certain: a user id in the context"),
    "run": ("automation", "certain: the context of its run"),
    "parent": ("automation", "certain: the context has a parent"),
    "asked": ("person", "likely: a user called a service for it shortly before"),
    "called": ("automation", "likely: a run called a service for it shortly before"),
    "storm": ("restart", "likely: many entities wrote again in the same seconds"),
    "first": ("unknown", "the first state seen"),
    "device": ("device", "likely: neither a user nor an automation in the context"),
    "silent": ("unknown", "the source holds no contexts"),
}


def _case(which: int) -> str:
    return "CASE why " + " ".join(f"WHEN '{why}' THEN '{texts[which]}'" for why, texts in _REASONS.items()) + " END"
