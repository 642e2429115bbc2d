"""The six phases, in order, through papermill."""
