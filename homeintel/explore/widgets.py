"""Controls and what they redraw. ipywidgets ships no types; this is the one place that knows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from IPython.utils.capture import capture_output

from homeintel.explore.found import fitting
from homeintel.report.output import show_text

__all__ = ["EVERY", "EntityChoice", "dropdown", "live", "options", "slider"]

EVERY = "(all)"
"""The choice that does not limit."""


def dropdown(name: str, options: Sequence[Any]) -> Any:  # noqa: ANN401 - a widget
    """Return a list to choose from; its first entry is chosen."""
    import ipywidgets

    layout = {"width": "auto", "min_width": "16em"}
    return ipywidgets.Dropdown(options=options, description=name, layout=layout, style={"description_width": "initial"})


def slider(name: str, value: float, *, least: float, most: float, step: float, as_text: str = ".2f") -> Any:  # noqa: ANN401 - a widget
    """Return a slider that tells its value when it is let go."""
    import ipywidgets

    kind = ipywidgets.IntSlider if as_text == "d" else ipywidgets.FloatSlider
    return kind(
        value=value, min=least, max=most, step=step, description=name, continuous_update=False, readout_format=as_text,
        layout={"width": "32em"}, style={"description_width": "15em"},
    )  # fmt: skip


def options(name: str, values: Sequence[float], value: float) -> Any:  # noqa: ANN401 - a widget
    """Return a slider over a few values, which tells its value when it is let go."""
    import ipywidgets

    return ipywidgets.SelectionSlider(
        options=[(f"{number:g}", number) for number in values], value=value, description=name, continuous_update=False,
        layout={"width": "32em"}, style={"description_width": "15em"},
    )  # fmt: skip


def live(draw: Callable[..., None], controls: Mapping[str, Any], *above: Any) -> Any:  # noqa: ANN401 - widgets
    """Return the controls with what `draw` shows for their values below them, drawn anew when one changes.

    Args:
        draw: shows charts and tables; called with the controls' values by name.
        controls: the widgets `draw` depends on, by the names of its arguments.
        above: what stands above; the controls themselves where nothing is given.
    """
    import ipywidgets

    output = ipywidgets.Output()

    def redraw() -> None:
        with capture_output() as captured:
            draw(**{name: control.value for name, control in controls.items()})
        output.outputs = tuple(
            {"output_type": "display_data", "data": shown.data, "metadata": shown.metadata or {}}
            for shown in captured.outputs
        )

    def changed(_change: object) -> None:
        try:
            redraw()
        except Exception as error:  # an error in a control's callback would reach nobody's eyes
            with output:
                output.clear_output(wait=True)
                show_text(f"This choice could not be shown. {type(error).__name__}: {error}")
            raise

    redraw()  # an error here is the cell's
    for control in controls.values():
        control.observe(changed, names="value")
    return ipywidgets.VBox(
        [ipywidgets.HBox(list(above or controls.values()), layout={"flex_flow": "row wrap"}), output]
    )


class EntityChoice:
    """Lists of areas, devices and entities: each holds only what fits the one before.

    Args:
        places: entity_id, device and area of every entity there is to choose.
        every: whether "all" can be chosen instead of one entity.
        name: what the entity is for, such as `trigger`.
    """

    def __init__(self, places: pd.DataFrame, *, every: bool = False, name: str = "entity") -> None:
        self._places, self._every = places, every
        self.area = dropdown("area", [EVERY, *_values(places["area"])])
        self.device = dropdown("device", [EVERY, *_values(places["device"])])
        self.entity = dropdown(name, self._entities())
        self.area.observe(self._area_changed, names="value")
        self.device.observe(self._device_changed, names="value")

    @property
    def boxes(self) -> tuple[Any, Any, Any]:
        """The three lists, in order."""
        return self.area, self.device, self.entity

    def entity_ids(self) -> list[str] | None:
        """Return the entities chosen; None where nothing limits them."""
        if self.entity.value not in (EVERY, None):
            return [self.entity.value]
        if self.area.value == self.device.value == EVERY:
            return None
        return list(self._fitting()["entity_id"])

    def _fitting(self) -> pd.DataFrame:
        return fitting(self._places, area=_limit(self.area.value), device=_limit(self.device.value))

    def _entities(self) -> list[str]:
        return [*([EVERY] if self._every else []), *_values(self._fitting()["entity_id"])]

    def _area_changed(self, _change: object) -> None:
        devices = [EVERY, *_values(fitting(self._places, area=_limit(self.area.value))["device"])]
        self.device.options = devices
        self.entity.options = self._entities()

    def _device_changed(self, _change: object) -> None:
        self.entity.options = self._entities()


def _limit(value: str) -> str | None:
    return None if value == EVERY else value


def _values(column: pd.Series) -> list[str]:
    return sorted({str(value) for value in column}, key=str.casefold)
