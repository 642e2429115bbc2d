"""`python -m homeintel` is the command line."""

from homeintel.cli import main

main(prog_name="homeintel")
