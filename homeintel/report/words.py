"""Numbers, days and times as a person reads them; times are the home's own."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def day_title(day: date) -> str:
    """Return `Sunday, 8 November 2026`."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    """Return `8 Nov`."""
    return f"{day.day} {day:%b}"


def moment(time: datetime | None, zone: ZoneInfo) -> str:
    """Return a moment in the home's time, `30 Oct, 16:02`; None is empty."""
    if time is None:
        return ""
    local = time.astimezone(zone)
    return f"{local.day} {local:%b, %H:%M}"


def percent(share: float | None) -> str:
    """Return a share as `93 %`; None is a dash."""
    return "-" if share is None else f"{100 * share:.0f} %"


def interval(low: float | None, high: float | None) -> str:
    """Return a 95 % interval as `82 to 99 %`, or nothing where there is none."""
    return "" if low is None or high is None else f"{100 * low:.0f} to {100 * high:.0f} %"


def number(value: float | None) -> str:
    """Return a count with thousands apart; None is a dash."""
    return "-" if value is None else f"{value:,.0f}"


def counted(count: int, one: str, many: str = "") -> str:
    """Return `1 anomaly`, `2 anomalies`; without `many` an s is added."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def clock(minute: float) -> str:
    """Return a local minute of the day as `06:45`."""
    whole = round(minute) % 1440
    return f"{whole // 60:02d}:{whole % 60:02d}"
