"""Tables for people: what the notebook shows, in words."""

import json

import pandas as pd

from homeintel.features.reasons import REASONS


def opportunity_table(opportunities: pd.DataFrame) -> pd.DataFrame:
    """Return opportunities as a reader wants them: feature, what for, devices, how, why, how sure (0 to 1)."""
    return pd.DataFrame(
        {
            "feature": opportunities["label"],
            "what for": opportunities["sentence"],
            "devices": [", ".join(names) for names in opportunities["friendly_names"]],
            "send": [json.dumps(payload, ensure_ascii=False) for payload in opportunities["payload"]],
            "to": [", ".join(topics) for topics in opportunities["topics"]],
            "why": opportunities["reason"],
            "sure": opportunities["certainty"].round(2),
            "score": opportunities["score"].round(2),
        }
    )


def unknown_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return why properties can't be known, most first: why, properties, devices, and what would make them observable."""
    unknown = rows.loc[rows["verdict"] == "not_observable"]
    counted = unknown.groupby("reason", as_index=False).agg(
        properties=("path", "size"), devices=("ieee_address", "nunique")
    )
    counted = counted.sort_values(["properties", "reason"], ascending=[False, True])
    return pd.DataFrame(
        {
            "why": [REASONS[code].why for code in counted["reason"]],
            "properties": counted["properties"].to_numpy(),
            "devices": counted["devices"].to_numpy(),
            "to make it observable": [REASONS[code].remedy for code in counted["reason"]],
        }
    )


def verdict_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many properties and devices each verdict has; settings of Zigbee2MQTT's own (options) apart."""
    counted = rows.groupby(["origin", "verdict"], as_index=False).agg(
        properties=("path", "size"), devices=("ieee_address", "nunique")
    )
    return counted.sort_values(["origin", "properties"], ascending=[True, False]).reset_index(drop=True)
