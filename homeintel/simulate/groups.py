"""The Zigbee group of lights: Home Assistant shows it as one more light that is on while any member is."""

import numpy as np

from homeintel.simulate.rows import Rows, concatenate
from homeintel.simulate.scene import Scene

__all__ = ["group_rows"]

LATER = 5_000  # microseconds after its member


def group_rows(scene: Scene, switched: Rows) -> Rows:
    """Return the changes of the group that follow from its members' (`switched`, any order)."""
    name = scene.cast.group
    members = [device.ieee_address for device in scene.layout.group_members]
    numbers = [
        scene.cast.numbers[entity.entity_id]
        for entity in scene.cast.entities
        if entity.component == "light" and entity.device.ieee_address in members
    ]
    own = switched.take(np.isin(switched.entity, numbers))
    if name is None or not len(own):
        return concatenate([])
    own = own.take(np.argsort(own.ts, kind="stable"))
    lit = np.cumsum(np.where(own.state == scene.state("on"), 1, -1)) > 0
    new = np.diff(lit, prepend=False)
    states = np.where(lit, scene.state("on"), scene.state("off"))[new]
    return Rows.make(own.ts[new] + LATER, scene.cast.numbers[name], states)
