"""The command line. Commands import what they need when they run: `--help` answers at once."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from homeintel import __version__
from homeintel.errors import AlreadyRunningError, HomeintelError

EXIT_FAILED = 1
EXIT_ALREADY_RUNNING = 75
"""EX_TEMPFAIL of sysexits.h: try again later."""


class _Commands(click.Group):
    """Turns our errors into one message and an exit status; only a defect shows a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        try:
            return super().invoke(ctx)
        except AlreadyRunningError as error:
            click.echo(str(error), err=True)
            sys.exit(EXIT_ALREADY_RUNNING)
        except HomeintelError as error:
            click.echo(str(error), err=True)
            sys.exit(EXIT_FAILED)


class _LocalDate(click.ParamType[date]):
    name = "YYYY-MM-DD"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2026-11-08", param, ctx)


_params = click.option(
    "--params", "params_file", type=click.Path(path_type=Path), required=True, help="The home's params file."
)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="homeintel")
def main() -> None:
    """Look at one Home Assistant home every night and leave a report in the morning."""


@main.command()
@_params
@click.option(
    "--date", "end", type=_LocalDate(), help="The morning to report for: the window ends before this local date."
)
@click.option("--days", type=click.IntRange(1, 366), help="How many local days to look at.")
def run(params_file: Path, end: date | None, days: int | None) -> None:
    """Run a night: six phases, a report. Exit status 0 succeeded, 2 partial, 1 failed, 75 already running."""
    from homeintel.nightly.run import EXIT_STATUS, run_night
    from homeintel.settings import load_settings

    summary = run_night(load_settings(params_file), end=end, days=days)
    for line in summary.lines():
        click.echo(line)
    sys.exit(EXIT_STATUS[summary.status])


@main.command()
@_params
def doctor(params_file: Path) -> None:
    """Check settings, broker, bridge, event store, write access, clock and time zone. Exit status 1 if a night would fail."""
    from homeintel.doctor import examine

    healthy = True
    for check in examine(params_file):
        healthy = healthy and (check.ok or not check.fatal)
        mark = "ok  " if check.ok else "FAIL" if check.fatal else "warn"
        click.echo(f"{mark}  {check.name}: {check.found}")
        if not check.ok and check.mend:
            click.echo(f"      -> {check.mend}")
    sys.exit(0 if healthy else EXIT_FAILED)


@main.command()
@_params
@click.option("--nights", type=click.IntRange(1, 1000), default=30, show_default=True, help="How many nights.")
def history(params_file: Path, nights: int) -> None:
    """Show the last nights: status, durations, counts, memory, what was degraded and why."""
    from homeintel.publish.history import history as job_history
    from homeintel.publish.history import phase_table, reason_table
    from homeintel.settings import load_settings
    from homeintel.store import Store

    settings = load_settings(params_file)
    rows = job_history(Store(settings.storage.database), nights=nights, zone=settings.home.timezone)
    if rows.empty:
        click.echo("No night was recorded yet.")
        return
    click.echo(phase_table(rows).round(1).to_string(index=False, na_rep="-"))
    for night in reason_table(rows).to_dict("records"):
        click.echo(f"{night['night']} {night['status']}: {night['reasons']}")


@main.command()
@click.argument("answer", type=click.Choice(["accept", "dismiss", "snooze"]))
@click.argument("suggestion_id")
@_params
@click.option("--until", type=_LocalDate(), help="With snooze: the local date on which it may come back.")
def feedback(answer: str, suggestion_id: str, params_file: Path, until: date | None) -> None:
    """Answer a suggestion: accept, dismiss or snooze it. Its id stands in the report."""
    from datetime import UTC

    from homeintel.settings import load_settings
    from homeintel.store import NightLock, Store, migrate
    from homeintel.suggestions.feedback import give_feedback

    settings = load_settings(params_file)
    store = Store(settings.storage.database)
    with NightLock(store.path):
        migrate(store)
        give_feedback(store, suggestion_id, answer, until=until, source="command line", now=datetime.now(UTC))
    click.echo(f"{suggestion_id}: {answer} is noted; the next night follows it.")


@main.command()
@_params
@click.option("--date", "night", type=_LocalDate(), help="The night to publish again.")
def publish(params_file: Path, night: date | None) -> None:
    """Send what an unreachable broker has left waiting, or publish a night again."""
    from homeintel.publish.republish import republish
    from homeintel.settings import load_settings
    from homeintel.store import NightLock, Store

    settings = load_settings(params_file)
    store = Store(settings.storage.database)
    with NightLock(store.path):
        sent = republish(store, settings, night)
    click.echo(f"{sent} messages were delivered.")


@main.command()
@_params
def retract(params_file: Path) -> None:
    """Remove all retained topics of this home from the broker; Home Assistant then forgets the device."""
    from homeintel.publish.retract import retract as retract_topics
    from homeintel.settings import load_settings
    from homeintel.store import NightLock, Store

    settings = load_settings(params_file)
    store = Store(settings.storage.database)
    with NightLock(store.path):
        removed = retract_topics(store, settings)
    click.echo(f"{removed} retained topics were removed.")


@main.command()
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True, help="The same seed gives the same home.")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="Days of events.")
@click.option("--end", type=_LocalDate(), required=True, help="The local date before which the events end.")
@click.option("--kind", default="regular", show_default=True, help="Which of the family of homes.")
@click.option("--timezone", default="Europe/Berlin", show_default=True, help="The home's IANA time zone.")
@click.option("--latitude", type=click.FloatRange(-90, 90), default=52.52, show_default=True, help="Degrees north.")
@click.option("--longitude", type=click.FloatRange(-180, 180), default=13.40, show_default=True, help="Degrees east.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder to write into."
)
def simulate(
    seed: int, days: int, end: date, kind: str, timezone: str, latitude: float, longitude: float, out: Path
) -> None:
    """Write a simulated home: retained.json, events.parquet, truth.json and a params file that runs it."""
    from homeintel.simulate import simulate_home, write_home

    home = simulate_home(
        seed=seed, days=days, end=end, kind=kind, timezone=timezone, latitude=latitude, longitude=longitude
    )
    params_file = write_home(home, out)
    click.echo(f"Written. Run it with: homeintel run --params {params_file}")


@main.command()
@click.option(
    "--detector",
    type=click.Choice(["routines", "sun", "couplings", "anomalies"]),
    help="One detector; all of them without it.",
)
@click.option("--seeds", type=click.IntRange(1, 1000), default=5, show_default=True, help="Homes of each kind.")
@click.option("--first-seed", type=click.IntRange(0), default=1000, show_default=True, help="The first home's seed.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    default=("all",),
    show_default=True,
    help="A kind of home, or ordinary, hard, empty, all. May be given again.",
)
@click.option("--jobs", type=click.IntRange(1), help="Processes; as many as there are processors without it.")
@click.option("--misses", is_flag=True, help="Also list what was false and what was not found.")
def score(
    detector: str | None, seeds: int, first_seed: int, kinds: tuple[str, ...], jobs: int | None, *, misses: bool
) -> None:
    """Print precision, recall, F1 and calibration of the detectors on simulated homes with known truth."""
    import os

    from homeintel.scoring import score_detectors
    from homeintel.simulate.kinds import GROUPS
    from homeintel.simulate.score_text import score_text

    every = {**GROUPS, "all": tuple(kind for group in GROUPS.values() for kind in group)}
    wanted = list(dict.fromkeys(kind for name in kinds for kind in every.get(name, (name,))))
    workers = jobs or os.cpu_count() or 1
    with click.progressbar(length=seeds * len(wanted), label="homes", file=sys.stderr) as bar:
        card = score_detectors(
            range(first_seed, first_seed + seeds), wanted, workers=workers, told=lambda: bar.update(1)
        )
    click.echo(score_text(card, detector, misses=misses))
