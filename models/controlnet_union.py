"""CC_ControlNetUnion: one control network for many kinds of hints (ControlNet++, ControlNetUnion of xinsir).

The network is told which kinds of hints it is shown, and a small transformer weighs them by looking at their means and
the latents'. The class is diffusers' `ControlNetUnionModel` with the forward pass opened up, as in `models.controlnet`:
the hints' stems run once a picture. Folders are interchangeable both ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from diffusers import ControlNetUnionModel
from torch import Tensor

from models.controlnet import AddedConditions, Residuals, encoder_residuals, named, with_added_conditions

# what the published networks of eight types ("promax") call their hints; those of six types lack the last two
OPENPOSE, DEPTH, SOFT_EDGE, LINEART, NORMAL, SEGMENT, TILE, REPAINT = range(8)


class CC_ControlNetUnion(ControlNetUnionModel):  # noqa: N801  like CC_ControlNet
    """Trainable copy of a U-Net's encoder that is told the kinds of its hints."""

    def stem_of(self, hints: Tensor) -> Tensor:
        """Encode k pictures, B x 3k x 8h x 8w in 0..1, each by itself, to B x kC x h x w. Depends on nothing else: keep it."""
        pictures = hints.split(self.config.conditioning_channels, dim=1)
        return torch.cat([self.controlnet_cond_embedding(picture) for picture in pictures], dim=1)

    def residuals_of(
        self,
        kinds: Mapping[int, float],
        latents: Tensor,
        timestep: Tensor,
        text: Tensor,
        stem: Tensor,
        scale: float,
        added: AddedConditions | None,
    ) -> Residuals:
        """What to add to the U-Net's skip connections, the same values as `forward` gives for one picture.

        kinds: of the hints, in the order of the stem, each with its strength beside `scale`; the others as in
        `CC_ControlNet.residuals`. As in `forward`, strength scales what a single hint gives, but of several hints what
        each one brings.
        """
        time = self.time_proj(timestep.expand(latents.shape[0]).to(latents.device)).to(latents.dtype)
        types = torch.zeros(self.config.num_control_type, device=latents.device)
        types[list(kinds)] = 1
        shown = self.control_add_embedding(self.control_type_proj(types).flatten()[None].to(latents.dtype))
        emb = with_added_conditions(self, self.time_embedding(time) + shown, added)
        strengths = [strength * scale for strength in kinds.values()]
        alone = len(kinds) == 1
        x = self.conv_in(latents)
        x = x + self._weighed(x, stem, list(kinds), [1.0] if alone else strengths)
        return encoder_residuals(self, x, emb, text, strengths[0] if alone else 1.0)

    def _weighed(self, x: Tensor, stem: Tensor, kinds: list[int], strengths: list[float]) -> Tensor:
        """The sum of the hints, each shifted by what the transformer says about it, B x C x h x w."""
        hints = [part * strength for part, strength in zip(stem.chunk(len(kinds), dim=1), strengths, strict=True)]
        means = [
            part.mean(dim=(2, 3)) + self.task_embedding[kind] * strength
            for part, kind, strength in zip(hints, kinds, strengths, strict=True)
        ]
        tokens = torch.stack([*(mean.expand(len(x), -1) for mean in means), x.mean(dim=(2, 3))], dim=1)
        # the published layers look along the batch and not along the tokens. The copies of a picture for guidance are
        # alike, so for one picture that is to look at itself, which is what every picture of a batch does here
        seen = tokens.flatten(0, 1)[None]
        for layer in self.transformer_layes:
            seen = layer(seen)
        shifts = self.spatial_ch_projs(seen[0].unflatten(0, tokens.shape[:2])[:, :-1])
        strength = torch.tensor(strengths).to(shifts)[:, None]
        shift: Tensor = (shifts * strength).sum(dim=1)[..., None, None]
        return sum(hints, shift)

    def to_json_string(self) -> str:
        """The saved folder is an ordinary `ControlNetUnionModel`, so that stock diffusers reads it."""
        return named(super().to_json_string(), ControlNetUnionModel)


@dataclass(frozen=True)
class UnionControl:
    """A union network set to certain kinds of hints: a `ControlNetwork` for a `Branch`.

    kinds: the number of each hint's type with its strength, 0..2, which the branch's scale multiplies; several hints cost
    one pass.
    """

    network: CC_ControlNetUnion
    kinds: Mapping[int, float]

    def hint_stem(self, hint: Tensor) -> Tensor:
        """hint: B x 3k x 8h x 8w in 0..1, a picture for every kind in their order. That of REPAINT is the picture itself
        with masked pixels black."""
        return self.network.stem_of(hint)

    def residuals(
        self,
        latents: Tensor,
        timestep: Tensor,
        text: Tensor,
        stem: Tensor,
        scale: float = 1.0,
        added: AddedConditions | None = None,
    ) -> Residuals:
        return self.network.residuals_of(self.kinds, latents, timestep, text, stem, scale, added)
