"""Dockerfile and compose.yaml: one user without rights, a root file system that may be read-only, both kinds of machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
yaml = pytest.importorskip("yaml")  # comes with gradio and huggingface_hub


def instructions(name: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.removeprefix(name).strip() for line in joined.splitlines() if line.startswith(f"{name} ")]


def test_the_app_runs_as_an_ordinary_user_under_an_init() -> None:
    assert instructions("USER") == ["1000"]
    assert instructions("ENTRYPOINT") == ['["tini", "--"]'] and "--no-install-recommends tini" in DOCKERFILE
    assert instructions("EXPOSE") == ["7860"]
    (check,) = instructions("HEALTHCHECK")
    assert "/readyz" in check, "a page without sound weights is not healthy"


def test_whatever_is_written_lies_below_tmp_or_on_a_volume() -> None:
    (environment,) = instructions("ENV")
    variables = dict(part.split("=", 1) for part in environment.split())
    volumes = instructions("VOLUME")[0].split()
    places = [value for value in variables.values() if value.startswith("/")]
    assert len(places) >= 5 and all(place.startswith(("/tmp/", *volumes)) for place in places)


def test_what_is_installed_is_locked() -> None:
    assert "requirements.lock" in instructions("ARG")[1] and "requirements.lock" in instructions("COPY")[1]
    assert not re.search(r"^(lock|requirements)", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", ["cpu", "gpu"])
def test_compose_knows_both_kinds_of_machine(name: str) -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    service = compose["services"][name]
    assert service["profiles"] == [name] and service["read_only"] and service["user"] == "1000:1000"
    assert service["cap_drop"] == ["ALL"] and any(place.startswith("/tmp") for place in service["tmpfs"])
    for volume in service["volumes"]:
        source, target = volume.split(":")
        assert source in compose["volumes"] and target in instructions("VOLUME")[0].split()
    assert all(port.startswith("127.0.0.1:") for port in service["ports"]), "nobody else until somebody says so"
    assert ("deploy" in service) == (name == "gpu")
