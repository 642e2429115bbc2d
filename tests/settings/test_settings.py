"""A params file becomes settings, and each mistake in it is named."""

from datetime import date
from pathlib import Path

import pytest

from homeintel.errors import SettingsError
from homeintel.nightly.redact import redact, secret_values
from homeintel.phase import Window
from homeintel.settings import MqttBridgeSettings, effective_settings, load_settings

HOME = "home: {name: demo, timezone: Europe/Berlin, latitude: 52.5, longitude: 13.4}\n"
BRIDGE = "bridge: {source: mqtt, host: broker, username: u}\n"
EVENTS = "events: {source: influxdb1, username: reader}\n"
STORAGE = "storage: {database: data/home.duckdb, reports: reports}\n"


def params(folder: Path, text: str) -> Path:
    path = folder / "home.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def message(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(params(folder, text))
    return str(caught.value)


def test_defaults_are_the_documented_ones(tmp_path: Path) -> None:
    settings = load_settings(params(tmp_path, HOME + BRIDGE + EVENTS + STORAGE))
    assert isinstance(settings.bridge, MqttBridgeSettings)
    assert (settings.bridge.port, settings.bridge.base_topics, settings.bridge.discovery_prefix) == (
        1883,
        ["zigbee2mqtt"],
        "homeassistant",
    )
    assert (settings.window.days, settings.window.end) == (30, None)
    assert (settings.suggestions.limit, settings.suggestions.llm.enabled) == (10, False)
    assert (settings.publish.enabled, settings.publish.topic) == (True, "homeintel")


def test_relative_paths_start_at_the_files_own_folder(tmp_path: Path) -> None:
    settings = load_settings(params(tmp_path, HOME + BRIDGE + EVENTS + STORAGE))
    assert settings.storage.database == tmp_path / "data" / "home.duckdb"


def test_relative_paths_start_at_the_nearest_parent_with_a_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    folder = tmp_path / "params"
    folder.mkdir()
    settings = load_settings(params(folder, HOME + BRIDGE + EVENTS + STORAGE))
    assert settings.storage.reports == tmp_path / "reports"


def test_the_params_file_is_relative_to_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    params(tmp_path, HOME + BRIDGE + EVENTS + STORAGE)
    monkeypatch.chdir(tmp_path)
    assert load_settings("home.yaml").params_file == tmp_path / "home.yaml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            HOME + "bridge: {source: mqtt, hosst: x}\n" + EVENTS + STORAGE,
            "bridge.hosst is not a known key (did you mean host?)",
        ),
        (HOME + BRIDGE + EVENTS + STORAGE + "colour: red\n", "colour is not a known key (known: bridge, capabilities"),
        (
            HOME.replace("Europe/Berlin", "Europe/Berlni") + BRIDGE + EVENTS + STORAGE,
            "home.timezone: not a known time zone",
        ),
        (
            HOME + BRIDGE + EVENTS + STORAGE + "window: {days: -3}\n",
            "window.days: Input should be greater than or equal to 1",
        ),
        (HOME + BRIDGE + EVENTS + STORAGE + "window: {end: yesterday}\n", "window.end: Input should be a valid date"),
        (HOME + BRIDGE + STORAGE, "events: Field required"),
        (HOME + "bridge: {source: carrier-pigeon}\n" + EVENTS + STORAGE, "bridge: Input tag"),
        (HOME + "bridge: {source: mqtt, base_topics: ['zigbee/#']}\n" + EVENTS + STORAGE, "a topic must not be empty"),
        (
            HOME + BRIDGE + "events: {source: influxdb1, url: 'http://u:p@h:1'}\n" + STORAGE,
            "a user or password does not belong in the url",
        ),
        ("a: [", "is not YAML at line 1"),
        ("- a\n", "does not hold settings"),
        ("", "does not hold settings"),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    assert said in message(tmp_path, text)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"There is no params file .*nowhere.yaml"):
        load_settings(tmp_path / "nowhere.yaml")


def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    said = message(tmp_path, HOME + "bridge: {source: mqtt, password: hunter22}\n" + EVENTS + STORAGE)
    assert "holds a secret at bridge.password" in said
    assert "hunter22" not in said


def test_a_wrong_value_is_not_repeated(tmp_path: Path) -> None:
    assert "hunter22" not in message(tmp_path, HOME + "bridge: {source: mqtt, port: hunter22}\n" + EVENTS + STORAGE)


@pytest.mark.parametrize("way", ["default", "default_file", "env", "file"])
def test_the_password_comes_from_the_environment_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    (tmp_path / "secret").write_text("hunter22\n")
    bridge = "bridge: {source: mqtt}\n"
    if way == "default":
        monkeypatch.setenv("HOMEINTEL_MQTT_PASSWORD", "hunter22")
    elif way == "default_file":
        monkeypatch.setenv("HOMEINTEL_MQTT_PASSWORD_FILE", str(tmp_path / "secret"))
    elif way == "env":
        monkeypatch.setenv("MY_BROKER", "hunter22")
        bridge = "bridge: {source: mqtt, password_env: MY_BROKER}\n"
    else:
        bridge = "bridge: {source: mqtt, password_file: secret}\n"
    settings = load_settings(params(tmp_path, HOME + bridge + EVENTS + STORAGE))
    assert isinstance(settings.bridge, MqttBridgeSettings)
    assert settings.bridge.password is not None
    assert settings.bridge.password.get_secret_value() == "hunter22"
    shown = dict(effective_settings(settings))
    assert shown["bridge.password"] == "(set, hidden)"
    assert "hunter22" not in str(shown) + repr(settings)
    assert secret_values(settings) == ("hunter22",)
    assert redact("login with hunter22 failed", secret_values(settings)) == "login with (hidden) failed"


def test_a_named_variable_that_is_not_set_is_told(tmp_path: Path) -> None:
    assert "NOT_THERE named by password_env is not set" in message(
        tmp_path, HOME + "bridge: {source: mqtt, password_env: NOT_THERE}\n" + EVENTS + STORAGE
    )


def test_the_window_is_local_days_also_over_a_change_of_the_clock(tmp_path: Path) -> None:
    settings = load_settings(
        params(tmp_path, HOME + BRIDGE + EVENTS + STORAGE + "window: {days: 30, end: 2026-11-08}\n")
    )
    window = Window.of(settings)
    assert (window.first_day, window.end_day, window.days) == (date(2026, 10, 9), date(2026, 11, 8), 30)
    assert window.start.isoformat() == "2026-10-08T22:00:00+00:00"
    assert window.end.isoformat() == "2026-11-07T23:00:00+00:00"
    assert Window.of(settings, end=date(2026, 7, 1), days=2).first_day == date(2026, 6, 29)


@pytest.mark.parametrize(("name", "slug"), [("demo", "demo"), ("haus-2", "haus-2")])
def test_a_plain_name_is_its_own_slug(tmp_path: Path, name: str, slug: str) -> None:
    text = HOME.replace("demo", name) + BRIDGE + EVENTS + STORAGE
    assert load_settings(params(tmp_path, text)).home.slug == slug


def test_other_names_get_different_slugs_without_wildcards(tmp_path: Path) -> None:
    names = ["Haus/1", "Haus#1", "Haus 1", "Häus+1", "家"]
    slugs = set()
    for name in names:
        text = HOME.replace("demo", f"'{name}'") + BRIDGE + EVENTS + STORAGE
        slugs.add(load_settings(params(tmp_path, text)).home.slug)
    assert len(slugs) == len(names)
    assert all(set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for slug in slugs)
