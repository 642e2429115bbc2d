"""Small charts as SVG, drawn by ourselves: a page that is sent as one file can't carry plotly.js every night.

They are as wide as the page, keep their letters' size on a phone and on paper, and take their colours from the style,
so that dark mode and print need no script. Each has a title, a description for screen readers, and its numbers as a table.
"""

from homeintel.report.drawings.drawing import Column, Drawing, Table

__all__ = ["Column", "Drawing", "Table"]
