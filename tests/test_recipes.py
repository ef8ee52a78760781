"""Every row of the hub, from the download to the picture: repositories of tiny networks, laid out as the real ones."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from models import fetch, hub, loader
from models.placement import LADDER, RESIDENT
from models.profiles import PROFILES, ModelProfile
from models.sources import Source
from models.weights import WeightsError
from pipeline import swap
from pipeline.request import GarmentPicture, Hint, Image8, SwapRequest, SwapResult, UserError
from serving import local
from serving.local import LocalEngine
from serving.stock import Stock
from tests import tiny_hub
from tests.fake_hub import FakeHub
from tests.standin_device import DEVICE, StandInDevice

ROWS = tuple(name for name, row in PROFILES.items() if isinstance(row.base.repo, str))
# a row of every kind of networks, the first: a few-step file is merged before they are placed and leaves no trace, and other
# weights lie the same
_KIND_OF = {name: (PROFILES[name].layout, frozenset(one.kind for one in PROFILES[name].controls)) for name in ROWS}
KINDS = tuple({kind: name for name, kind in reversed(_KIND_OF.items())}.values())
SIDE, NATIVE = 64, 128
ONLY_PICKLES = "TencentARC/t2iadapter_"  # repositories that have no safetensors


@pytest.fixture(scope="module")
def hub_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("recipes")
    tiny_hub.write_hub(root / "hub")
    tiny_hub.write_layouts(root / "layouts")
    return root


@pytest.fixture(scope="module")
def world(hub_root: Path) -> Iterator[FakeHub]:
    """The hub and one cache for all rows."""
    with pytest.MonkeyPatch.context() as patch:
        yield from served(hub_root, hub_root / "home", patch)


@pytest.fixture
def own_world(hub_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """The hub and an empty cache."""
    yield from served(hub_root, tmp_path / "home", monkeypatch)


def served(root: Path, home: Path, patch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "CC_MODELS"):
        patch.delenv(name, raising=False)
    patch.setenv("HF_HOME", str(home))
    patch.setattr(fetch, "PAUSE", 0.0)
    patch.setattr(loader, "LAYOUTS", root / "layouts")
    patch.setattr(loader, "best_dtype", lambda device: torch.float32)
    with FakeHub(root / "hub") as server:
        patch.setenv("HF_ENDPOINT", server.url)
        yield server


def fetched(stock: Stock, row: ModelProfile, all_hints: bool = False) -> list[str]:
    said: list[str] = []
    stock.fetch([row], said.append, lambda *_: None, all_hints)
    return said


def request_for(row: ModelProfile, hints: tuple[str, ...] = ("inpaint", "lineart"), **changes: Any) -> SwapRequest:
    rng = np.random.default_rng(0)
    character = rng.integers(0, 256, (SIDE, SIDE, 4), dtype=np.uint8)
    character[..., 3] = 255
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[16:48, 16:48] = 255
    drawn = {kind: None if kind in ("inpaint", "lineart") else character[..., :3] for kind in hints}
    request = SwapRequest(
        character,
        seed=1,
        mask=mask,
        prompt="red skirt",
        garments=(GarmentPicture(rng.integers(0, 256, (40, 40, 4), dtype=np.uint8), row.garment_scale),),
        hints=tuple(Hint(kind, image=image) for kind, image in drawn.items()),
        steps=2,
        guidance=row.guidance,
        sampler=row.samplers[0],
        profile=row.name,
        detail_pass=False,
        feather=0,
    )
    return replace(request, **changes)


def engine_for(row: ModelProfile) -> LocalEngine:
    return LocalEngine(row.name, {row.name: replace(row, native=NATIVE)})


def run(row: ModelProfile, *requests: SwapRequest) -> list[Image8]:
    """Pictures of requests to one engine, each checked: finite, changed in the mask and nowhere else."""
    return answers(engine_for(row), requests)


def answers(engine: LocalEngine, requests: Iterable[SwapRequest]) -> list[Image8]:
    seen: list[bool] = []
    original = swap.denoise

    def watched(*args: Any, **kwargs: Any) -> Any:
        latents = original(*args, **kwargs)
        seen.append(bool(torch.isfinite(latents).all()))
        return latents

    images = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(swap, "denoise", watched)
        for request in requests:
            torch.manual_seed(len(images))  # which must not matter: a request brings its own
            result: SwapResult = engine.swap(request)
            image, outside = result.images[0], result.mask == 0
            assert outside.any() and np.array_equal(image[outside], request.character[outside])
            assert np.abs(image[~outside].astype(int) - request.character[~outside]).mean() > 1
            images.append(image)
    assert seen and all(seen)
    return images


def read_once(plug: StandInDevice, patch: pytest.MonkeyPatch) -> None:
    """Networks are read from the disk on the CPU, where no device is named, and every placement gets copies of its own."""
    read, tokenizer = cache(loader.read_network), cache(loader.CLIPTokenizer.from_pretrained)

    def copied(*args: Any) -> Any:
        with plug.unplugged():
            return copy.deepcopy(read(*args))

    patch.setattr(loader, "read_network", copied)
    patch.setattr(loader.CLIPTokenizer, "from_pretrained", tokenizer)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_draws_however_little_memory_there_is(
    name: str, world: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row by row of the ladder, on a device that refuses to compute with what is not on it."""
    stock = Stock(tmp_path)
    row = stock.named(name)
    fetched(stock, row)
    plug = StandInDevice()
    read_once(plug, monkeypatch)
    with plug:
        monkeypatch.setattr(local, "best_device", lambda: DEVICE)
        engine = engine_for(row)
        for placement in LADDER:
            engine._placements[name], engine._swapper = placement, None
            answers(engine, [request_for(row)])
            assert engine._placed is placement


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_fetched_and_draws(name: str, own_world: FakeHub, tmp_path: Path) -> None:
    stock = Stock(tmp_path)
    row = stock.named(name)
    asked = [source for source in row.sources() if isinstance(source.repo, str)]
    size = hub.plan(asked).total
    own_world.forget()
    said = fetched(stock, row)
    assert f"{size / 1e9:.2f} GB" in said[-2] and said[-1].endswith("complete and verified.")
    assert any(row.base.title in line for line in said)
    assert not [path for path in own_world.served if path.endswith("README.md") or "safety_checker" in path]
    assert next(stock.lines([row], False, print)).split().count("complete") == 1
    plain = request_for(row)
    optional = tuple(kind for kind in ("canny", "softedge") if kind in row.hints)
    sketched = replace(plain, hints=request_for(row, ("inpaint", "lineart", *optional)).hints)
    if missing := stock.missing_hints(name):
        assert not {"inpaint", "lineart"} & set(missing.kinds) and {*missing.kinds, *stock.hints(name)} == set(row.hints)
        with pytest.raises(UserError, match=rf"not on this disk: .*GB.* models download {name} --all-hints"):
            run(row, sketched)
        fetched(stock, row, all_hints=True)
    assert stock.missing_hints(name) is None and stock.hints(name) == row.hints
    asked = [source for source in row.sources(optional=True) if isinstance(source.repo, str)]
    pickled = {f"{source.repo}/{tiny_hub.PICKLE}" for source in asked if str(source.repo).startswith(ONLY_PICKLES)}
    assert {path for path in own_world.served if path.endswith(".bin")} == pickled
    first, again, drawn, bare = run(row, plain, plain, sketched, replace(plain, garments=()))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, drawn), "the optional hints do nothing"
    assert not np.array_equal(first, bare), "the garment's picture does nothing"


@pytest.mark.parametrize(("layout", "file"), [("sd15", "Hyper-SD15-8steps-CFG-lora"), ("sdxl", "Hyper-SDXL-8steps-CFG-lora")])
def test_few_step_file_is_merged_whole(layout: str, file: str, hub_root: Path) -> None:
    path = hub_root / "hub/ByteDance/Hyper-SD" / f"{file}.safetensors"
    unet, state = tiny_hub.unet_of(layout), tiny_hub.tensors_of(path)
    before = {name: value.clone() for name, value in unet.state_dict().items()}
    kinds = {name: type(module) for name, module in unet.named_modules()}
    loader._merge_lora(unet, path)
    merged = unet.state_dict()
    assert merged.keys() == before.keys() and {name: type(module) for name, module in unet.named_modules()} == kinds
    names = {name.removesuffix(".weight").replace(".", "_"): name for name in before}
    for key in (key.removesuffix(".alpha") for key in state if key.endswith(".alpha")):
        down, up = state[f"{key}.lora_down.weight"], state[f"{key}.lora_up.weight"]
        step = torch.einsum("or,ri...->oi...", up.flatten(1), down) * 0.5  # alpha by rank
        name = names[key.removeprefix("lora_unet_")]
        assert torch.allclose(merged[name], before[name] + step, atol=1e-5), name


def test_interrupted_damaged_verified_offline_removed(
    own_world: FakeHub, hub_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock = Stock(tmp_path)
    row = stock.named("sd15-anime-fast")
    base, file = "stablediffusionapi/anything-v5", f"unet/{tiny_hub.WEIGHTS}"
    own_world.cut(base, file, at=50_000)
    with pytest.raises(UserError, match="goes on where it stopped"):
        fetched(stock, row)
    assert row not in stock.on_disk()
    own_world.mend()
    own_world.forget()
    own_world.corrupt("ByteDance/Hyper-SD", row.lora.path if row.lora else "")
    with pytest.raises(UserError, match="arrived damaged"):
        fetched(stock, row)
    assert next(asked.start for asked in own_world.requests if asked.path.endswith(file) and asked.method == "GET") == 50_000
    own_world.mend()
    fetched(stock, row)
    assert "verified" in next(stock.lines([row], True, print))
    own_world.stop()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    run(row, request_for(row))
    weights = hub.find(row.base) / file
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub, "sha256", lambda path: pytest.fail(f"{path} is read again, though it did not change"))
        hub.find_intact(row.base)
    content = weights.read_bytes()
    weights.resolve().write_bytes(content[:-1] + bytes([content[-1] ^ 0xFF]))
    complaints: list[str] = []
    with pytest.raises(UserError, match="1 weight files"):
        list(stock.lines([row], True, complaints.append))
    assert file in complaints[0]
    with pytest.raises(UserError, match=f"{file} is damaged .*please run: python app.py models download"):
        run(row, request_for(row))
    assert row.lora and stock.remove([row]) == (hub_root / "hub" / row.lora.title).stat().st_size  # another row needs the rest
    assert stock.on_disk()[-1] == stock.named("sd15-anime") and row not in stock.on_disk()
    assert stock.remove([row, stock.named("sd15-anime")]) > 1e6 and not list((tmp_path / "home/hub").glob("models--*"))
    with pytest.raises(UserError, match="not on this disk"):
        run(row, request_for(row))


def test_a_single_file_and_nine_channels_as_rows_of_the_users(world: FakeHub, tmp_path: Path) -> None:
    tiny_hub.write_single(tmp_path / "one.safetensors", seed=3)
    tiny_hub.write_base(tmp_path / "nine", "sd15", in_channels=9)
    text = '[one]\nlike = "sd15-anime"\nbase = "one.safetensors"\n[nine]\nlike = "sd15-anime"\nbase = "nine"\n'
    (tmp_path / "models.toml").write_text(text, encoding="utf-8")
    stock = Stock(tmp_path)
    for name in ("one", "nine"):
        row = stock.named(name)
        fetched(stock, row)
        assert "complete" in next(stock.lines([row], False, print))
        first, again = run(row, request_for(row), request_for(row))
        assert np.array_equal(first, again)
    read = loader.load(stock.named("one"), torch.device("cpu"), torch.float32).unet.state_dict()
    for key, value in tiny_hub.unet_of("sd15", seed=3).state_dict().items():
        assert torch.allclose(read[key], value, atol=1e-3), key


def test_a_single_file_of_another_model_is_one_sentence(world: FakeHub, tmp_path: Path) -> None:
    state = tiny_hub.tensors_of(tiny_hub.write_single(tmp_path / "whole.safetensors"))
    parts = (
        "model.diffusion_model.middle",
        "first_stage_model.decoder",
        "cond_stage_model.transformer.text_model.encoder.layers.1",
    )
    for index, part in enumerate(parts):
        save_file({name: value for name, value in state.items() if not name.startswith(part)}, tmp_path / f"{index}.safetensors")
    for index in range(len(parts)):
        (tmp_path / "models.toml").write_text(f'[part]\nlike = "sd15-anime"\nbase = "{index}.safetensors"\n', encoding="utf-8")
        stock = Stock(tmp_path)
        fetched(stock, stock.named("part"))
        with pytest.raises(WeightsError, match="does not hold a whole network"):
            loader.load(stock.named("part"), torch.device("cpu"), torch.float32)


def test_a_pickle_is_read_as_tensors_and_never_run(world: FakeHub, tmp_path: Path) -> None:
    class Program:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "ran",)

    stock = Stock(tmp_path)
    row = stock.named("sd15-anime-light")
    fetched(stock, row)
    sketch = row.controls[1].source
    folder = tmp_path / "adapter"
    shutil.copytree(hub.find(sketch), folder)
    torch.save({"a": Program()}, folder / tiny_hub.PICKLE)
    control = replace(row.controls[1], source=Source(folder))
    networks = loader.Controls(replace(row, controls=(control,)), torch.device("cpu"), torch.float32, RESIDENT)
    with pytest.raises(WeightsError, match="cannot be read"):
        networks[control.name]
    assert not (tmp_path / "ran").exists()


def test_loras_and_new_words_by_name(world: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("loras", "words"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("CC_LORAS", str(tmp_path / "loras"))
    monkeypatch.setenv("CC_EMBEDDINGS", str(tmp_path / "words"))
    save_file(tiny_hub.lora_of(tiny_hub.unet_of("sd15"), seed=4), tmp_path / "loras/frills.safetensors")
    vectors = torch.randn(2, tiny_hub.TEXT, generator=torch.Generator().manual_seed(0)) * 3
    save_file({"emb_params": vectors}, tmp_path / "words/laceword.safetensors")
    stock = Stock(tmp_path)
    row = stock.named("sd15-anime")
    fetched(stock, row)
    plain = request_for(row, garments=())
    texts = ("red skirt", "red skirt <lora:frills:0.8>", "red skirt laceword", "red skirt")
    bare, frills, lace, again = run(row, *(replace(plain, prompt=text) for text in texts))
    assert np.array_equal(bare, again)
    assert not np.array_equal(bare, frills) and not np.array_equal(bare, lace)
