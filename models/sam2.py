"""SAM 2.1 (Ravi et al., arXiv:2408.00714) through transformers: the full-size segmenter that answers prompts.

The published folders (facebook/sam2.1-hiera-tiny, -small, -base-plus and -large, Apache-2.0) hold the model for videos.
What a single picture needs of it is loaded; its memory of earlier frames is left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors import SafetensorError
from transformers import Sam2ImageProcessor, Sam2Model

from models.loader import quiet, read_network
from models.prompts import RGB, Embedding, Prompt
from models.weights import WeightsError

PRIOR_LIMIT = 32.0  # log odds of a mask that is fed back never exceed this in the published predictor


def read_folder(kind: Any, folder: Path, device: torch.device | str) -> Any:
    """A network of transformers from a local folder (config.json, model.safetensors), in full precision and ready for
    use; kind: its class. Nothing is downloaded. Raises `WeightsError`."""
    if not (folder / "config.json").is_file():
        raise WeightsError(f"The model folder {folder.name}/ has no config.json, please download the model into it.")
    try:
        with quiet():
            network = read_network(kind, folder, torch.float32)
    except WeightsError:
        raise
    except (OSError, RuntimeError, AttributeError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise WeightsError(
            f"The model folder {folder.name}/ is damaged or another model's ({type(error).__name__}), "
            "please download the model again."
        ) from error
    return network.requires_grad_(False).eval().to(device)


def load_sam2(folder: Path, device: torch.device | str = "cpu") -> Sam2:
    """folder: a copy of one of the published repositories. Raises `WeightsError`."""
    return Sam2(read_folder(Sam2Model, folder, device))


class Sam2:
    """A SAM 2.1 of any size as a `models.prompts.Promptable`. It sees pictures squeezed to a square, 1024 pixels a side
    in all published sizes."""

    def __init__(self, network: Any) -> None:
        self.network = network
        self.side: int = network.config.prompt_encoder_config.image_size
        self.processor = Sam2ImageProcessor(size={"height": self.side, "width": self.side})

    @torch.no_grad()
    def encode(self, rgb: RGB) -> Embedding:
        """rgb: H x W x 3 uint8, any size. Features: three maps of 1 x C x h x w, the finest first."""
        inputs = self.processor(np.array(rgb, order="C"), input_data_format="channels_last", return_tensors="pt")
        features = self.network.get_image_embeddings(inputs["pixel_values"].to(self.network.device))
        return Embedding(tuple(features), (rgb.shape[0], rgb.shape[1]))

    @torch.no_grad()
    def predict(self, embedding: Embedding, prompt: Prompt) -> tuple[NDArray[np.float32], float]:
        """See `Promptable`. A single point may mean three things of different sizes: the most likely one is taken."""
        height, width = embedding.size
        device, scale = self.network.device, np.asarray([self.side / width, self.side / height], np.float32)
        asked: dict[str, torch.Tensor] = {}
        if len(prompt.points):
            asked["input_points"] = torch.from_numpy(prompt.points * scale)[None, None].float()
            asked["input_labels"] = torch.from_numpy(prompt.labels)[None, None].long()
        if prompt.box is not None:
            asked["input_boxes"] = torch.from_numpy(np.asarray(prompt.box, np.float32) * np.tile(scale, 2))[None, None]
        if prompt.prior is not None:  # the network itself scales it to the size that its prompt encoder takes
            prior = np.clip(prompt.prior, -PRIOR_LIMIT, PRIOR_LIMIT, dtype=np.float32)
            asked["input_masks"] = torch.from_numpy(np.ascontiguousarray(prior))[None, None]
        found = self.network(
            image_embeddings=list(embedding.features),
            multimask_output=len(prompt.points) == 1 and prompt.box is None and prompt.prior is None,
            **{name: value.to(device) for name, value in asked.items()},
        )
        scores = found.iou_scores[0, 0]
        best = int(scores.argmax())
        mask = F.interpolate(found.pred_masks[:, 0, best : best + 1], embedding.size, mode="bilinear", align_corners=False)
        return mask[0, 0].float().cpu().numpy(), float(scores[best].clamp(0, 1))
