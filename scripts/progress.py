"""What set-up shows of itself."""

import sys
import time

STEPS = 4


class Step:
    """One line of progress: rewritten in place on a terminal, else repeated every ten seconds."""

    def __init__(self, number: int, what: str) -> None:
        self.text, self.begun, self.shown = f"  {number} of {STEPS}  {what}", time.monotonic(), time.monotonic()

    def show(self, count: str = "") -> None:
        """Show how far the step is, not more often than helps."""
        pause = 0.2 if sys.stdout.isatty() else 10
        if time.monotonic() - self.shown >= pause:
            self._print(count, "\r" if sys.stdout.isatty() else "\n")

    def done(self, count: str = "") -> None:
        """Leave the step's last line standing."""
        self._print(count, "\n")

    def _print(self, count: str, end: str) -> None:
        self.shown = time.monotonic()
        erase = "\x1b[K" if sys.stdout.isatty() else ""  # the longer line that may stand here
        print(f"{self.text}{count}, {self.shown - self.begun:.0f} s{erase}", end=end, flush=True)
