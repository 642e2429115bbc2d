"""The colours of all charts and drawings; a module of its own, because the runner draws without plotly."""

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#7A7A7A")
"""Eight-colour set of Okabe and Ito (2008, https://jfly.uni-koeln.de/color/) without black and yellow, which fade on paper."""
