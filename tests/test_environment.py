"""pyproject.toml, environment.yml and the pins name one and the same set of packages."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONDA: dict[str, Any] = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
RUN: list[str] = PROJECT["project"]["dependencies"]
TEST: list[str] = PROJECT["dependency-groups"]["test"]
# conda-forge's name: pip's name
CONDA_NAMES = {"python-duckdb": "duckdb", "python-tzdata": "tzdata", "playwright-python": "playwright"}
MACHINES = [
    {"python_version": version, "python_full_version": full, "sys_platform": system, "os_name": "posix"}
    for version, full in [
        ("3.11", "3.11.2"),
        ("3.11", "3.11.14"),
        ("3.12", "3.12.1"),
        ("3.13", "3.13.0"),
        ("3.14", "3.14.0"),
    ]
    for system in ("linux", "darwin")
]


def ranges(requirements: list[str]) -> dict[str, SpecifierSet]:
    parsed = [Requirement(text) for text in requirements]
    return {canonicalize_name(one.name): one.specifier for one in parsed}


def pins(which: str) -> list[tuple[Requirement, frozenset[str]]]:
    """Return each pin of a requirements file with its hashes."""
    text = (ROOT / "requirements" / f"{which}.txt").read_text("utf-8")
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    found = []
    for line in lines:
        requirement, *hashes = re.split(r"\s+--hash=", line)
        found.append((Requirement(requirement), frozenset(one.strip() for one in hashes)))
    return found


def test_conda_lists_what_pyproject_lists_in_the_same_ranges() -> None:
    pip_section = next(entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict))
    conda = ranges([entry for entry in CONDA["dependencies"] if isinstance(entry, str) and entry != "pip"])
    python = conda.pop("python")
    named = {CONDA_NAMES.get(name, name): specifier for name, specifier in conda.items()}
    named |= ranges([entry for entry in pip_section if entry != "-e ."])
    assert named == ranges(RUN) | ranges(TEST)
    assert python == SpecifierSet(PROJECT["project"]["requires-python"])
    assert pip_section[-1] == "-e ."
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]


@pytest.mark.parametrize(("which", "listed"), [("run", RUN), ("test", RUN + TEST)])
def test_every_dependency_has_one_pin_on_every_machine_within_its_range(which: str, listed: list[str]) -> None:
    pinned = pins(which)
    for name, specifier in ranges([*listed, *PROJECT["build-system"]["requires"]]).items():
        mine = [pin for pin, _ in pinned if canonicalize_name(pin.name) == name]
        for machine in MACHINES:
            fitting = [pin for pin in mine if pin.marker is None or pin.marker.evaluate(machine)]
            assert len(fitting) == 1, (name, machine)
            (version,) = fitting[0].specifier
            assert version.operator == "=="
            assert specifier.contains(version.version), f"{fitting[0]} is not in {specifier}"


@pytest.mark.parametrize("which", ["run", "test"])
def test_every_pin_is_hashed_and_none_is_an_address(which: str) -> None:
    pinned = pins(which)
    assert len(pinned) > 100
    for pin, hashes in pinned:
        assert pin.url is None
        assert hashes, pin
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), pin
    text = (ROOT / "requirements" / f"{which}.txt").read_text("utf-8")
    assert "//" not in text
    assert not re.search(r"^\s*(-i|-f|-e|-r|--(?!hash=))", text, re.MULTILINE)


def test_the_test_set_holds_the_run_set_at_the_same_versions() -> None:
    def keyed(which: str) -> dict[tuple[str, str], tuple[str, frozenset[str]]]:
        return {(pin.name, str(pin.marker)): (str(pin.specifier), hashes) for pin, hashes in pins(which)}

    run, test = keyed("run"), keyed("test")
    assert run == {key: test.get(key) for key in run}
    assert len(test) > len(run)


def test_what_building_needs_is_pinned_as_pyproject_says() -> None:
    lines = (ROOT / "requirements" / "build.in").read_text("utf-8").splitlines()
    stated = ranges([line for line in lines if line and not line.startswith("#")])
    for name, specifier in ranges(PROJECT["build-system"]["requires"]).items():
        assert stated[name] == specifier
    assert "editables" in {pin.name for pin, _ in pins("run")}  # hatchling imports it to install a checkout
