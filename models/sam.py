"""SAM (Kirillov et al., arXiv:2304.02643) through the segment-anything package, from our own size up to ViT-H.

What differs from one to the next is the image encoder, a row of `BUILDERS`; prompt encoder, mask decoder and predictor
are the package's for all of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from segment_anything import SamPredictor, sam_model_registry
from segment_anything.modeling import MaskDecoder, PromptEncoder, Sam, TwoWayTransformer
from torch import Tensor, nn

from models.group_norm import quicken
from models.part_parser import FINE, MERGED, PartTrunk
from models.prompts import RGB, Embedding, Prompt
from models.weights import WeightsError

SIDE, CELL, WIDTH = 384, 8, 128  # of the bundled SAM: pixels a side, pixels a cell of the embedding, its channels


class TrunkEncoder(nn.Module):
    """The part parser's trunk as an image encoder. The finest features come along, folded into the channels of coarse
    cells, so that the mask decoder can draw sharp edges."""

    def __init__(self, trunk: PartTrunk, img_size: int = SIDE) -> None:
        super().__init__()
        self.img_size = img_size
        self.trunk = trunk
        self.coarse = nn.Conv2d(MERGED, WIDTH, 3, 2, 1)
        self.fine = nn.Conv2d(FINE * (CELL // 2) ** 2, WIDTH, 1)
        self.norm = nn.GroupNorm(8, WIDTH)
        self.out = nn.Conv2d(WIDTH, WIDTH, 3, 1, 1)
        quicken(self)

    def forward(self, rgb: Tensor) -> Tensor:
        """B x 3 x S x S in 0..1 -> B x 128 x S/8 x S/8."""
        fine, merged = self.trunk(rgb)
        joined = self.coarse(F.silu(merged)) + self.fine(F.pixel_unshuffle(fine, CELL // 2))
        found: Tensor = self.out(F.silu(self.norm(joined)))
        return found


def bundled_sam(trunk: PartTrunk | None = None, side: int = SIDE) -> Any:
    """The small SAM of this repository, untrained but for the trunk; side: of the squares it sees, a multiple of 32."""
    cells = side // CELL
    return Sam(
        image_encoder=TrunkEncoder(trunk or PartTrunk(), side),
        prompt_encoder=PromptEncoder(WIDTH, (cells, cells), (side, side), mask_in_chans=16),
        mask_decoder=MaskDecoder(
            transformer_dim=WIDTH,
            transformer=TwoWayTransformer(depth=2, embedding_dim=WIDTH, mlp_dim=4 * WIDTH, num_heads=8),
            iou_head_hidden_dim=WIDTH,
        ),
        pixel_mean=[0.0, 0.0, 0.0],
        pixel_std=[255.0, 255.0, 255.0],
    )


def mobile_sam() -> Any:
    """MobileSAM (Zhang et al., arXiv:2306.14289), whose encoder segment-anything lacks and controlnet-aux has."""
    with warnings.catch_warnings():  # late, because it imports all of that package, which has much to say about itself
        warnings.simplefilter("ignore")
        from controlnet_aux.segment_anything import sam_model_registry as builders

    return builders["vit_t"]()


BUILDERS: dict[str, Callable[[], Any]] = {
    "bundled": bundled_sam,
    "vit_t": mobile_sam,
    "vit_b": sam_model_registry["vit_b"],
    "vit_l": sam_model_registry["vit_l"],
    "vit_h": sam_model_registry["vit_h"],
}


def load_sam(kind: str, file: Path, device: torch.device | str = "cpu") -> SamSegmenter:
    """kind: a row of `BUILDERS`; file: its weights, safetensors or the published .pt/.pth. Raises `WeightsError`."""
    return SamSegmenter(_filled(BUILDERS[kind](), file).to(device))


def _filled(model: Any, file: Path) -> Any:
    """The model with the file's weights, ready for use; nothing in the file is executed."""
    try:
        state = load_file(file) if file.suffix == ".safetensors" else torch.load(file, "cpu", weights_only=True)
        model.load_state_dict({name: value.float() for name, value in state.items()})
    except FileNotFoundError:
        raise WeightsError(f"The weights file {file.name} is missing, please restore or download it.") from None
    except (RuntimeError, SafetensorError, UnpicklingError, EOFError, AttributeError, OSError) as error:
        raise WeightsError(f"The weights file {file.name} is damaged or another model's, please download it again.") from error
    return model.eval().requires_grad_(False)


class SamSegmenter:
    """A SAM of any size as a `models.prompts.Promptable`."""

    def __init__(self, model: Any) -> None:
        self.predictor = SamPredictor(model)

    @torch.no_grad()
    def encode(self, rgb: RGB) -> Embedding:
        """rgb: H x W x 3 uint8, any size; it is scaled to the model's."""
        self.predictor.set_image(rgb)
        return Embedding((self.predictor.features, self.predictor.input_size), (rgb.shape[0], rgb.shape[1]))

    @torch.no_grad()
    def predict(self, embedding: Embedding, prompt: Prompt) -> tuple[NDArray[np.float32], float]:
        """See `Promptable`. A single point may mean three things of different sizes: the most likely one is taken."""
        predictor = self.predictor
        predictor.features, predictor.input_size = embedding.features
        predictor.original_size, predictor.is_image_set = embedding.size, True
        points = len(prompt.points)
        masks, scores, _ = predictor.predict(
            point_coords=np.asarray(prompt.points, np.float32) if points else None,
            point_labels=np.asarray(prompt.labels) if points else None,
            box=None if prompt.box is None else np.asarray(prompt.box, np.float32),
            mask_input=None if prompt.prior is None else self._small(prompt.prior),
            multimask_output=points == 1 and prompt.box is None and prompt.prior is None,
            return_logits=True,
        )
        best = int(np.argmax(scores))
        return np.asarray(masks[best], np.float32), float(np.clip(scores[best], 0, 1))

    def _small(self, prior: NDArray[np.float32]) -> NDArray[np.float32]:
        """H x W log odds of the picture -> 1 x m x m of the padded square that the prompt encoder takes."""
        model = self.predictor.model
        side = model.prompt_encoder.mask_input_size[0]
        height, width = (round(length * side / model.image_encoder.img_size) for length in self.predictor.input_size)
        small = F.interpolate(torch.from_numpy(prior)[None, None], size=(height, width), mode="area")
        padded = F.pad(small, (0, side - width, 0, side - height), value=float(prior.min()))
        return padded[0].numpy()
