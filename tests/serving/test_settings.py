from __future__ import annotations

from pathlib import Path

import pytest

import app
from serving import settings
from serving.settings import ROWS, Settings
from ui.arguments import COMMANDS, Usage, build

TEXT = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")


def read(*arguments: str) -> Settings:
    options = build(dict.fromkeys(COMMANDS, lambda *_: None)).parse_args(["serve", *arguments])
    return app._settings(options)


def test_flags_win_over_the_environment_which_wins_over_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in ROWS:
        monkeypatch.delenv(settings.variable(row.name), raising=False)
    assert read() == Settings()
    monkeypatch.setenv("CC_QUEUE", "7")
    monkeypatch.setenv("CC_KEEP_HOURS", "0.5")
    monkeypatch.setenv("CC_JOBS", "/tmp/of-jobs")
    assert read() == Settings(queue=7, keep_hours=0.5, jobs="/tmp/of-jobs")
    assert read("--queue", "9", "--allowed-hosts", "a.example") == Settings(
        queue=9, keep_hours=0.5, jobs="/tmp/of-jobs", allowed_hosts="a.example"
    )


@pytest.mark.parametrize("wrong", [("--queue", "0"), ("--queue", "nan"), ("--keep-hours", "nan"), ("--log", "loud")])
def test_a_wrong_setting_is_one_line(wrong: tuple[str, str]) -> None:
    with pytest.raises(Usage, match=wrong[0]):
        read(*wrong)


def test_the_environment_is_looked_at_as_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC_SHARE", "many")
    with pytest.raises(Usage, match="--share"):
        read()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_table_of_settings_is_true(row) -> None:
    line = f"| `{settings.flag(row.name)}` | `{settings.variable(row.name)}` | {row.default} | {row.metadata['help']} |"
    assert line in TEXT


def test_help_shows_them(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build(dict.fromkeys(COMMANDS, lambda *_: None)).parse_args(["serve", "--help"])
    assert "--job-seconds" in capfd.readouterr().out
