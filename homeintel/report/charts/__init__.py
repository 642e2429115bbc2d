"""Charts: one file a room, one template for all."""

from homeintel.report.charts.template import PALETTE, SYMBOLS, draw, figure, local_wall_clock, thin

__all__ = ["PALETTE", "SYMBOLS", "draw", "figure", "local_wall_clock", "thin"]
