from __future__ import annotations

import ast
import json
import shutil
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from models import fetch, hub, layout, pins
from models.layout import needed, weights_in
from models.pins import cache_folder
from models.sources import Source
from models.weights import WeightsError
from tests.fake_hub import FakeHub

CONTROL, BASE, ADAPTER = "lllyasviel/control", "artist/base", "h94/adapter"
CONTROL_FP16 = Source(CONTROL, variant="fp16")
WHOLE = Source(BASE, parts=("unet", "scheduler"))
WEIGHTS = "diffusion_pytorch_model.safetensors"
FP16 = "diffusion_pytorch_model.fp16.safetensors"


def weights(path: Path, size: int = 5000, seed: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({"weight": np.random.default_rng(seed).integers(0, 255, size, dtype=np.uint8)}, path)


def text(path: Path, value: object = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Repositories with the names of files that real ones have."""
    root = tmp_path / "hub"
    control = root / CONTROL
    weights(control / WEIGHTS, 200_000, 1)
    weights(control / FP16, 100_000, 2)
    for name in ("diffusion_pytorch_model.bin", "diffusion_pytorch_model.fp16.bin", "control_v11p.pth", "flax_model.msgpack"):
        weights(control / name, 3000)
    text(control / "config.json", {"a": 1})
    text(control / "README.md")
    text(control / "images/list.json")
    base = root / BASE
    weights(base / "anything.safetensors", 300_000)
    text(base / "model_index.json", {"_class_name": "StableDiffusionPipeline"})
    for part in ("unet", "vae", "safety_checker", "unet_onnx"):
        text(base / part / "config.json", part)
        weights(base / part / WEIGHTS, 20_000, len(part))
    weights(base / "unet/diffusion_pytorch_model.bin")
    text(base / "scheduler/scheduler_config.json")
    text(base / "samples/prompts.json")
    weights(root / ADAPTER / "models/ip-adapter_sd15.safetensors")
    text(root / ADAPTER / "models/image_encoder/config.json")
    weights(root / ADAPTER / "models/image_encoder/pytorch_model.bin")
    return root


@pytest.fixture
def server(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(fetch, "PAUSE", 0.0)
    with FakeHub(root, licences={CONTROL: "openrail"}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


def gets(server: FakeHub) -> list[str]:
    return sorted(server.served)


def test_sizes_are_known_before_the_download(server: FakeHub, root: Path) -> None:
    plan = hub.plan([CONTROL_FP16, CONTROL_FP16, replace(WHOLE, licence="CreativeML-OpenRAIL-M")])
    assert {file.path for file in plan.files if file.repo == CONTROL} == {FP16, "config.json"}
    assert plan.total == plan.missing == sum((root / file.repo / file.path).stat().st_size for file in plan.files)
    assert plan.licences == {CONTROL: "openrail", BASE: "CreativeML-OpenRAIL-M"}
    assert not server.served and not cache_folder().exists()
    assert len([asked for asked in server.requests if asked.path.startswith("/api/models/")]) == 2


def test_a_download_is_checked_shared_and_told(server: FakeHub, root: Path) -> None:
    told: list[tuple[int, int, str]] = []
    plan = hub.download([CONTROL_FP16, WHOLE], lambda *row: told.append(row))
    assert told[-1][:2] == (plan.total, plan.total) and [row[0] for row in told] == sorted(row[0] for row in told)
    folder = hub.find(CONTROL_FP16)
    assert {path.name for path in folder.iterdir()} == {FP16, "config.json"}
    assert (folder / FP16).read_bytes() == (root / CONTROL / FP16).read_bytes()
    assert {path.relative_to(hub.find(WHOLE)).as_posix() for path in hub.find(WHOLE).rglob("*") if path.is_file()} == {
        "model_index.json",
        "scheduler/scheduler_config.json",
        "unet/config.json",
        f"unet/{WEIGHTS}",
    }
    manifest = json.loads((cache_folder() / "cc_controlnet" / "lllyasviel--control.json").read_text())
    assert manifest["repo"] == CONTROL and manifest["commits"] == {"main": server.commit(CONTROL)}
    row = next(row for row in manifest["files"] if row["path"] == FP16)
    assert row["commit"] == server.commit(CONTROL) and len(row["commit"]) == 40
    assert row["size"] == (root / CONTROL / FP16).stat().st_size and row["sha256"] == row["oid"] and row["licence"] == "openrail"
    assert all(len(row["sha256"]) == 64 for row in manifest["files"])

    from huggingface_hub import hf_hub_download, scan_cache_dir

    assert Path(hf_hub_download(CONTROL, FP16, cache_dir=cache_folder(), local_files_only=True)) == folder / FP16
    assert {repo.repo_id for repo in scan_cache_dir(cache_folder()).repos} == {CONTROL, BASE}
    server.forget()
    assert hub.plan([CONTROL_FP16, WHOLE]).missing == 0
    hub.download([CONTROL_FP16, WHOLE])
    assert not server.requests


def test_what_another_program_fetched_is_not_fetched_again(server: FakeHub) -> None:
    from huggingface_hub import snapshot_download

    snapshot_download(CONTROL, allow_patterns=["*.fp16.safetensors"], cache_dir=cache_folder(), endpoint=server.url)
    assert server.served[f"{CONTROL}/{FP16}"] > 100_000
    server.forget()
    assert hub.plan([CONTROL_FP16]).missing < 100
    hub.download([CONTROL_FP16])
    assert gets(server) == [f"{CONTROL}/config.json"]


def test_an_interrupted_download_goes_on_where_it_broke(server: FakeHub, root: Path) -> None:
    size = (root / CONTROL / FP16).stat().st_size
    server.cut(CONTROL, FP16, at=70_000)
    with pytest.raises(WeightsError, match=r"not reachable.*goes on where it stopped"):
        hub.download([CONTROL_FP16])
    assert server.served[f"{CONTROL}/{FP16}"] == 70_000
    assert hub.plan([CONTROL_FP16]).missing == size - 70_000
    with pytest.raises(WeightsError, match=r"not complete.*python app.py models download"):
        hub.find(CONTROL_FP16)
    server.mend()
    server.move(CONTROL, {FP16: b"another"})  # what has begun stays with its commit
    server.forget()
    hub.download([CONTROL_FP16])
    assert server.served == {f"{CONTROL}/{FP16}": size - 70_000}
    assert [asked.start for asked in server.requests] == [70_000]
    assert hub.verify(CONTROL_FP16, checksums=True) == []
    assert not list(cache_folder().rglob("*.incomplete"))


def test_a_short_break_is_bridged_in_the_same_call(server: FakeHub, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.cut(CONTROL, FP16, at=70_000)
    monkeypatch.setattr(fetch.time, "sleep", lambda seconds: server.mend())
    hub.download([CONTROL_FP16])
    assert server.served[f"{CONTROL}/{FP16}"] == (root / CONTROL / FP16).stat().st_size


@pytest.mark.parametrize("path", [FP16, "config.json"])
def test_what_arrives_damaged_is_named_removed_and_mended(server: FakeHub, path: str) -> None:
    server.corrupt(CONTROL, path)
    with pytest.raises(WeightsError, match=f"{CONTROL}/{path} arrived damaged.*removed.*models download"):
        hub.download([CONTROL_FP16])
    with pytest.raises(WeightsError, match="not complete"):
        hub.find(CONTROL_FP16)
    server.mend()
    hub.download([CONTROL_FP16])
    assert hub.verify(CONTROL_FP16, checksums=True) == []


def test_what_is_damaged_later_is_found_and_mended(server: FakeHub) -> None:
    hub.download([CONTROL_FP16])
    file = (hub.find(CONTROL_FP16) / FP16).resolve()
    data = bytearray(file.read_bytes())
    data[5000] ^= 1
    file.write_bytes(data)
    assert hub.verify(CONTROL_FP16) == []
    (problem,) = hub.verify(CONTROL_FP16, checksums=True)
    assert f"{CONTROL}/{FP16} is damaged" in problem and "python app.py models download" in problem
    file.write_bytes(data[:100])
    assert "has 100 bytes instead of" in hub.verify(CONTROL_FP16)[0]
    server.forget()
    hub.download([CONTROL_FP16])
    assert hub.verify(CONTROL_FP16, checksums=True) == [] and gets(server) == [f"{CONTROL}/{FP16}"]
    (hub.find(CONTROL_FP16) / "config.json").unlink()
    assert "config.json is missing" in hub.verify(CONTROL_FP16)[0]


def test_offline_once_it_is_there(server: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.download([CONTROL_FP16])
    server.stop()
    assert hub.verify(CONTROL_FP16, checksums=True) == []
    with pytest.raises(WeightsError, match="not reachable"):
        hub.download([WHOLE])
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert (hub.find(CONTROL_FP16) / FP16).is_file()
    assert hub.plan([CONTROL_FP16]).missing == 0
    hub.download([CONTROL_FP16])
    for ask in (hub.plan, hub.download):
        with pytest.raises(WeightsError, match="artist/base is not on this disk and HF_HUB_OFFLINE"):
            ask([WHOLE])
    with pytest.raises(WeightsError, match=r"not on this disk, please run: python app.py models download"):
        hub.find(WHOLE)
    assert len(hub.verify(WHOLE)) == 1


def test_the_pinned_commit_stays_when_the_branch_moves(server: FakeHub) -> None:
    hub.download([CONTROL_FP16])
    first = server.commit(CONTROL)
    moved = server.move(CONTROL, {FP16: b"x" * 5000, WEIGHTS: b"y" * 5000})
    server.forget()
    plain = replace(CONTROL_FP16, variant="")
    hub.download([plain])  # another source of the same repository: of the same commit
    assert hub.find(plain) == hub.find(CONTROL_FP16) and first in hub.find(plain).parts
    assert (hub.find(plain) / WEIGHTS).stat().st_size > 200_000
    hub.download([replace(plain, revision=moved)])
    assert (hub.find(replace(plain, revision=moved)) / WEIGHTS).read_bytes() == b"y" * 5000
    assert hub.find(replace(plain, revision=first)) == hub.find(plain) and hub.verify(plain, checksums=True) == []


def test_removal_keeps_what_others_need(server: FakeHub) -> None:
    plain = replace(CONTROL_FP16, variant="")
    plan = hub.download([CONTROL_FP16, plain, WHOLE])
    sizes = {(file.repo, file.path): file.size for file in plan.files}
    assert hub.remove([CONTROL_FP16], keep=[CONTROL_FP16, plain]) == 0
    assert hub.remove([CONTROL_FP16]) == sizes[CONTROL, FP16]
    assert hub.verify(plain, checksums=True) == [] and "not on this disk" in hub.verify(CONTROL_FP16)[0]
    assert hub.remove([plain, WHOLE]) == sum(sizes.values()) - sizes[CONTROL, FP16]
    assert [path.name for path in cache_folder().rglob("*") if path.is_file() and ".locks" not in path.parts] == []
    assert hub.remove([plain, WHOLE]) == 0
    server.cut(CONTROL, FP16, at=70_000)
    with pytest.raises(WeightsError):
        hub.download([CONTROL_FP16])
    assert hub.remove([CONTROL_FP16]) == 70_000 + len((server.root / CONTROL / "config.json").read_bytes())


def test_removal_leaves_another_programs_files(server: FakeHub) -> None:
    from huggingface_hub import hf_hub_download

    other = hf_hub_download(CONTROL, "README.md", cache_dir=cache_folder(), endpoint=server.url)
    hub.download([CONTROL_FP16])
    assert hub.remove([CONTROL_FP16]) > 100_000
    assert Path(other).is_file() and not (Path(other).parent / FP16).exists()


def test_a_disk_too_small_is_told_before(server: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = namedtuple("disk", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: disk(10**9, 10**9, 120_000))
    with pytest.raises(WeightsError, match=r"needs 0.1 MB .* has 0.1 MB left, please make room or set HF_HOME"):
        hub.download([CONTROL_FP16])
    assert not server.served


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (403, "GatedRepo", "asks for your consent.*please accept them on .*/lllyasviel/control"),
        (401, "GatedRepo", "asks for your consent"),
        (401, "RepoNotFound", "is not on http.*moved, removed or private"),
        (404, "RepoNotFound", "is not on http.*moved, removed or private"),
        (404, "RevisionNotFound", "is not on http.*moved, removed or private"),
        (403, "", "refuses lllyasviel/control .HTTP 403., please run: hf auth login"),
        (500, "", "cannot serve lllyasviel/control now .HTTP 500., please download again later"),
    ],
)
def test_every_refusal_is_one_sentence(server: FakeHub, status: int, code: str, sentence: str) -> None:
    for sources in ([CONTROL_FP16], [replace(CONTROL_FP16, revision=server.commit(CONTROL))]):
        server.refuse(CONTROL, status, code)
        with pytest.raises(WeightsError, match=sentence) as error:
            hub.download(sources)
        assert "\n" not in str(error.value)
        server.mend()


def test_a_refusal_in_the_middle_and_wrong_names(server: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WeightsError, match="not on http"):
        hub.plan([Source("nobody/nothing")])
    with pytest.raises(WeightsError, match="not on http"):
        hub.plan([replace(WHOLE, revision="fp16")])
    with pytest.raises(WeightsError, match="no folder text_encoder"):
        hub.plan([replace(WHOLE, parts=("text_encoder",))])
    with pytest.raises(WeightsError, match="no longer in its repository"):
        hub.plan([Source(ADAPTER, "models/ip-adapter_gone.safetensors")])
    with pytest.raises(WeightsError, match="check the name"):
        hub.plan([Source("not/a/name")])
    server.cut(CONTROL, FP16, at=50)
    monkeypatch.setattr(fetch.time, "sleep", lambda seconds: server.refuse(CONTROL, 403, "GatedRepo"))
    with pytest.raises(WeightsError, match="consent"):
        hub.download([CONTROL_FP16])


def test_single_files_and_pickles_only_without_safetensors(server: FakeHub) -> None:
    file, encoder = Source(ADAPTER, "models/ip-adapter_sd15.safetensors"), Source(ADAPTER, "models/image_encoder")
    hub.download([file, encoder])
    assert hub.find(file).is_file() and hub.find(file).name == "ip-adapter_sd15.safetensors"
    assert {path.name for path in hub.find(encoder).iterdir()} == {"config.json", "pytorch_model.bin"}
    chosen = weights_in(["model.safetensors", "pytorch_model.bin", "pytorch_model.fp16.bin"], "fp16")
    assert chosen and chosen.names == ("model.safetensors",) and chosen.variant == "" and chosen.is_safe
    chosen = weights_in(["pytorch_model.bin", "pytorch_model.fp16.bin"], "fp16")
    assert chosen and chosen.names == ("pytorch_model.fp16.bin",) and not chosen.is_safe
    assert weights_in(["sdxl_vae.safetensors", "tf_model.h5", "model.onnx", "openvino_model.bin"]) is None


def test_shards_come_together_and_whole_models_without_extras(root: Path) -> None:
    shards = [f"model.fp16-0000{index}-of-00002.safetensors" for index in (1, 2)]
    older = [f"model-0000{index}-of-00002.fp16.safetensors" for index in (1, 2)]
    for files in ([*shards, "model.safetensors.index.fp16.json"], [*older, "model.safetensors.fp16.index.json"]):
        chosen = weights_in([*files, "pytorch_model.bin"], "fp16")
        assert chosen and set(chosen.names) == set(files) and chosen.variant == "fp16"
        chosen = weights_in([*files[1:], "pytorch_model.bin"], "fp16")  # one shard is missing
        assert chosen and chosen.names == ("pytorch_model.bin",)
        chosen = weights_in([*files, "model.safetensors"], "")
        assert chosen and chosen.names == ("model.safetensors",)
    names = [path.relative_to(root / BASE).as_posix() for path in (root / BASE).rglob("*") if path.is_file()]
    whole = needed(names, Source(BASE))
    assert set(whole) == {
        "model_index.json",
        "scheduler/scheduler_config.json",
        "unet/config.json",
        f"unet/{WEIGHTS}",
        "vae/config.json",
        f"vae/{WEIGHTS}",
    }
    with pytest.raises(WeightsError, match="name a weights file"):
        needed(["config.json", "checkpoint.safetensors"], Source("a/b"))


def test_diffusers_reads_what_was_chosen(server: FakeHub, root: Path) -> None:
    """Sharded and of a variant, written and read by diffusers itself."""
    from diffusers import AutoencoderTiny

    from tests.tiny import tiny_vae

    vae = tiny_vae()
    vae.save_pretrained(root / "a/b/vae", variant="fp16", max_shard_size="20KB")
    (root / "a/b/vae/diffusion_pytorch_model.bin").write_bytes(b"a pickle")
    source = Source("a/b", "vae", variant="fp16")
    hub.download([source])
    names = [path.name for path in hub.find(source).iterdir()]
    chosen = weights_in(names, "fp16")
    assert chosen and chosen.variant == "fp16" and len(names) > 4 and not any(name.endswith(".bin") for name in names)
    read = AutoencoderTiny.from_pretrained(hub.find(source), variant="fp16", local_files_only=True)
    assert all((read.state_dict()[name] == value).all() for name, value in vae.state_dict().items())


def test_a_place_of_this_disk_is_only_looked_at(server: FakeHub, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    weights(folder / "unet" / WEIGHTS)
    source = Source(folder, parts=("unet",))
    assert hub.find(source) == folder and hub.verify(source) == [] and hub.plan([source]).total == 0
    assert hub.find(Source(folder, f"unet/{WEIGHTS}")).is_file() and hub.find(Source(folder / "unet" / WEIGHTS)).is_file()
    with pytest.raises(WeightsError, match="vae is not there, please check the path"):
        hub.find(replace(source, parts=("unet", "vae")))
    file = folder / "unet" / WEIGHTS
    for data, sentence in (
        (file.read_bytes()[:-10], "bytes instead of"),
        (b"\xff" * 100, "is no safetensors file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
    ):
        file.write_bytes(data)
        assert sentence in hub.verify(source)[0]
        with pytest.raises(WeightsError, match=sentence):
            hub.find(source)
    assert hub.remove([source]) == 0 and file.exists() and not server.requests


def test_a_damaged_list_says_what_to_do(server: FakeHub) -> None:
    hub.download([CONTROL_FP16])
    (cache_folder() / "cc_controlnet" / "lllyasviel--control.json").write_text("{")
    with pytest.raises(WeightsError, match="is damaged, please delete it and run"):
        hub.find(CONTROL_FP16)
    assert "is damaged" in hub.verify(CONTROL_FP16)[0]


def test_only_what_asks_the_network_imports_huggingface_hub() -> None:
    """It takes most of a second, and `find` is asked before every start."""
    for module in (hub, fetch, layout, pins):
        top = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")).body
        names = [node.module for node in top if isinstance(node, ast.ImportFrom)]
        names += [alias.name for node in top if isinstance(node, ast.Import) for alias in node.names]
        assert not any(name and name.startswith(("huggingface_hub", "httpx")) for name in names)
