"""The folders of a home's reports: whole nights, old ones removed."""

from pathlib import Path

import pytest

from homeintel.errors import ReportFolderError
from homeintel.report.site import prepare_night, prune_nights, publish_night


def test_a_night_is_renamed_into_place_and_replaced_whole(tmp_path: Path) -> None:
    for text in ("first", "second"):
        half = prepare_night(tmp_path, "2026-11-08")
        (half / "index.html").write_text(text)
        if text == "first":
            (half / "only-in-the-first").touch()
        publish_night(half, tmp_path / "2026-11-08")
    assert (tmp_path / "2026-11-08" / "index.html").read_text() == "second"
    assert not (tmp_path / "2026-11-08" / "only-in-the-first").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["2026-11-08"]


def make_nights(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).mkdir()
        (folder / name / "index.html").touch()


def test_the_newest_nights_stay_and_nothing_else_is_touched(tmp_path: Path) -> None:
    make_nights(tmp_path, "2026-11-05", "2026-11-06", "2026-11-07", "2026-11-08", "assets", "2026-11-8", "notes")
    (tmp_path / "2026-11-01").symlink_to(tmp_path / "notes")
    (tmp_path / "index.html").touch()
    assert prune_nights(tmp_path, keep=2, never="2026-11-08") == ["2026-11-05", "2026-11-06"]
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"2026-11-07", "2026-11-08", "assets", "2026-11-8", "notes", "2026-11-01", "index.html"}
    assert prune_nights(tmp_path, keep=2, never="2026-11-08") == []


def test_a_backfilled_night_is_not_removed_as_soon_as_it_is_written(tmp_path: Path) -> None:
    make_nights(tmp_path, "2026-10-01", "2026-11-07", "2026-11-08")
    assert prune_nights(tmp_path, keep=2, never="2026-10-01") == []
    assert prune_nights(tmp_path, keep=2, never="2026-11-08") == ["2026-10-01"]


def test_a_night_that_can_not_be_removed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_nights(tmp_path, "2026-11-07", "2026-11-08")

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("homeintel.report.site.shutil.rmtree", refuse)
    with pytest.raises(ReportFolderError, match="2026-11-07 can't be written: Permission denied"):
        prune_nights(tmp_path, keep=1, never="2026-11-08")
