"""What a picture is conditioned on: words, a garment and hints, each in its own field.

Training imports `token_ids` and `bundled_hint` from here and `read_lineart` from `pipeline.hints`, so a network never
sees anything else at work than what it was trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models import controlnet_union as union
from models.annotators import Annotators
from models.controlled_unet import Branch, ControlNetwork, within
from models.ip_adapter import Garment
from models.loader import Networks
from models.profiles import SKETCH, Control, ModelProfile
from models.prompt_weights import without_weights
from models.t2i_adapter import AdapterFeatures, adapter_features
from models.tokenizer import unknown_words
from pipeline.hints import read, read_lineart
from pipeline.images import garment_picture
from pipeline.latents import to_tensor
from pipeline.request import Hint, Image8

INPAINT = slice(0, 4)  # channels of the bundled hint that "inpaint" owns: masked picture and mask
LINEART = slice(4, 5)


def token_ids(tokenizer: Any, texts: Sequence[str]) -> Tensor:
    """B x 77 token ids; longer texts are cut, shorter ones padded, as Stable Diffusion does."""
    ids: Tensor = tokenizer(
        list(texts), padding="max_length", max_length=tokenizer.model_max_length, truncation=True, return_tensors="pt"
    ).input_ids
    return ids


@torch.no_grad()
def read_garment(networks: Networks, picture: Image8, scale: float, guided: bool) -> Garment:
    """A picture of a garment, H x W x 4, for the U-Net's adapter: for guidance also that of no garment, which comes first."""
    reader = networks.garment
    assert reader is not None, "only for profiles with a garment adapter"
    seen = to_tensor(garment_picture(picture, reader.side)).to(networks.device)
    kept = torch.tensor([False, True] if guided else [True], device=networks.device)
    return Garment(reader(seen.expand(len(kept), -1, -1, -1), kept), scale)


def text_warnings(networks: Networks, prompt: str, negative_prompt: str) -> tuple[str, ...]:
    """What of the prompts the model will not follow, one sentence each."""
    known = networks.known_words
    if known is not None and (words := unknown_words(without_weights(f"{prompt}, {negative_prompt}"), known)):
        return (f"This model was not trained on these words and may ignore them: {', '.join(words)}",)
    return ()


def bundled_hint(rgb01: Tensor | None, mask: Tensor, lineart: Tensor | None) -> Tensor:
    """The hint of the bundled CC_ControlNet, B x 5 x H x W.

    rgb01: B x 3 x H x W in 0..1, the picture over a background; mask: B x 1 x H x W, 1 = repaint; lineart: B x 1 x H x W
    in 0..1, 1 = line. None drops that hint: its channels are 0. Line art inside the mask would betray the old garment,
    so it is erased there; masked pixels are -1, which no picture contains.
    """
    inside = (mask > 0.5).to(mask.dtype)
    zeros = torch.zeros_like(mask)
    if rgb01 is None:
        inpaint = zeros.repeat(1, 4, 1, 1)
    else:
        inpaint = torch.cat([rgb01 * (1 - inside) - inside, inside], dim=1)
    return torch.cat([inpaint, zeros if lineart is None else lineart * (1 - inside)], dim=1)


def inpaint_hint(rgb01: Tensor, mask: Tensor) -> Tensor:
    """The hint of `control_v11p_sd15_inpaint`, B x 3 x H x W: the picture in 0..1, masked pixels -1."""
    inside = (mask > 0.5).to(mask.dtype)
    return rgb01 * (1 - inside) - inside


def black_hint(rgb01: Tensor, mask: Tensor) -> Tensor:
    """The hint of SDXL's inpainting ControlNets, B x 3 x H x W: the picture in 0..1, masked pixels black, the mask hard."""
    return rgb01 * (mask <= 0.5).to(mask.dtype)


@dataclass(frozen=True)
class Scene:
    """The crop that the networks see, at its working size. rgb: H x W x 3 uint8, the picture over a background; mask: H x W
    uint8, 255 = repaint; annotators: what reads hints from it; lines: H x W uint8, 255 = line, the draft's, None without."""

    rgb: Image8
    mask: Image8
    annotators: Annotators
    lines: Image8 | None = None

    @property
    def rgb01(self) -> Tensor:
        """1 x 3 x H x W."""
        return to_tensor(self.rgb)

    @property
    def inside(self) -> Tensor:
        """1 x 1 x H x W, 1 = repaint."""
        return (to_tensor(self.mask) >= 0.5).float()


def _bundled(scene: Scene, hints: Mapping[str, Hint]) -> tuple[Tensor, float]:
    """One network for both hints: it is scaled as a whole, and its line art is drawn paler."""
    inpaint, lineart = hints.get("inpaint"), hints.get("lineart")
    lines = None
    if lineart is not None:
        lines = (to_tensor(_lines(scene.rgb, lineart.image)) * lineart.scale).clamp(0, 1)
    hint = bundled_hint(None if inpaint is None else scene.rgb01, scene.inside, lines)
    return hint, 1.0 if inpaint is None else inpaint.scale


def _lines(rgb: Image8, drawn: Image8 | None) -> Image8:
    """H x W, 255 = line: the user's own line art, H x W, or that of any drawing, H x W x 3; None reads the crop."""
    if drawn is not None and drawn.ndim == 2:
        return drawn
    return read_lineart(rgb if drawn is None else drawn[..., :3])


def _picture(scene: Scene, hints: Mapping[str, Hint]) -> tuple[Tensor, float]:
    ((kind, hint),) = hints.items()
    picture = read(kind, scene.rgb, scene.mask, hint.image, scene.annotators)
    if kind == "lineart" and hint.image is None and scene.lines is not None:  # inside the mask the draft's, outside the picture's
        picture = np.maximum(picture, np.where(scene.mask >= 128, scene.lines, np.uint8(0))[..., None])
    return to_tensor(picture), hint.scale


def _masked_minus_one(scene: Scene, hints: Mapping[str, Hint]) -> tuple[Tensor, float]:
    return inpaint_hint(scene.rgb01, scene.inside), hints["inpaint"].scale


def _masked_black(scene: Scene, hints: Mapping[str, Hint]) -> tuple[Tensor, float]:
    return black_hint(scene.rgb01, scene.inside), hints["inpaint"].scale


UNION_TYPES = {
    "inpaint": union.REPAINT,
    "lineart": union.LINEART,
    "pose": union.OPENPOSE,
    "depth": union.DEPTH,
    "segmentation": union.SEGMENT,
    "softedge": union.SOFT_EDGE,
}


def _union(scene: Scene, hints: Mapping[str, Hint]) -> tuple[Tensor, float]:
    """A picture for every kind, side by side; their scales are `_as_union`'s."""
    builders = {kind: _masked_black if kind == "inpaint" else _picture for kind in hints}
    return torch.cat([build(scene, {kind: hints[kind]})[0] for kind, build in builders.items()], dim=1), 1.0


def _itself(network: Any, hints: Mapping[str, Hint]) -> ControlNetwork:
    return network  # type: ignore[no-any-return]


def _as_union(network: Any, hints: Mapping[str, Hint]) -> ControlNetwork:
    return union.UnionControl(network, {UNION_TYPES[kind]: hint.scale for kind, hint in hints.items()})


@dataclass(frozen=True)
class Builder:
    """build: scene and the hints that act -> the network's input, 1 x C x H x W, and its scale; listen: the network as these
    hints need it; together: all hints of a network are one input, otherwise each has a branch of its own."""

    build: Callable[[Scene, Mapping[str, Hint]], tuple[Tensor, float]]
    listen: Callable[[Any, Mapping[str, Hint]], ControlNetwork] = _itself
    together: bool = False


BUILDERS = {
    "bundled": Builder(_bundled, together=True),
    "picture": Builder(_picture),
    "masked_minus_one": Builder(_masked_minus_one),
    "masked_black": Builder(_masked_black),
    "union": Builder(_union, _as_union, together=True),
}


@torch.no_grad()
def make_branches(
    networks: Networks, profile: ModelProfile, scene: Scene, hints: Sequence[Hint], steps: int
) -> tuple[Branch, ...]:
    """The control branches of a sampling of so many steps, their stems computed once.

    Networks whose hints are not asked for are not even read.
    """
    branches: list[Branch] = []
    for control in profile.controls:
        if control.kind == SKETCH:
            continue
        own = _heard(control, hints)
        builder = BUILDERS[control.builder]
        for group in [own] if builder.together else [{kind: hint} for kind, hint in own.items()]:
            branches += _spans(networks, control, builder, scene, group, steps)
    return tuple(branches)


@torch.no_grad()
def make_adapter_features(
    networks: Networks, profile: ModelProfile, scene: Scene, hints: Sequence[Hint]
) -> tuple[AdapterFeatures, ...]:
    """What the profile's T2I-Adapters find in the hints that are asked for, once for all steps."""
    adapter_states = []
    for control in profile.controls:
        if control.kind != SKETCH:
            continue
        for kind, hint in _heard(control, hints).items():
            adapter = networks.controls[control.name]
            picture, scale = BUILDERS[control.builder].build(scene, {kind: hint})
            if adapter.config.in_channels == 1:  # those of lines
                picture = picture.mean(dim=1, keepdim=True)
            adapter_states.append(
                adapter_features(adapter, picture.to(networks.device, networks.dtype), scale, hint.start, hint.end)
            )
    return tuple(adapter_states)


def _heard(control: Control, hints: Sequence[Hint]) -> dict[str, Hint]:
    """The hints that act on a control network, by their kind."""
    return {hint.kind: hint for hint in hints if hint.kind in control.hints and hint.scale > 0}


def _spans(
    networks: Networks, control: Control, builder: Builder, scene: Scene, own: Mapping[str, Hint], steps: int
) -> Iterator[Branch]:
    """A branch for every stretch of steps during which the same of these hints act."""

    def acting(step: int) -> tuple[str, ...]:
        return tuple(kind for kind, hint in own.items() if within(hint.start, hint.end, step, steps))

    for kinds, group in groupby(range(steps), acting):
        span = list(group)
        if not kinds:
            continue
        acts = {kind: own[kind] for kind in kinds}
        network = builder.listen(networks.controls[control.name], acts)
        hint, scale = builder.build(scene, acts)
        stem = network.hint_stem(hint.to(networks.device, networks.dtype))
        yield Branch(network, stem, scale, span[0] / steps, (span[-1] + 1) / steps)
