"""Charts: one file a room, one template for all."""

from homeintel.report.charts.template import SYMBOLS, draw, figure
from homeintel.report.charts.thinning import thin
from homeintel.report.charts.times import local_wall_clock
from homeintel.report.palette import PALETTE

__all__ = ["PALETTE", "SYMBOLS", "draw", "figure", "local_wall_clock", "thin"]
