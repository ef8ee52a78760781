"""Grounding DINO (Liu et al., arXiv:2303.05499) through transformers: finds what words name.

Meant for a copy of IDEA-Research/grounding-dino-tiny (172 M parameters, Apache-2.0). Its text encoder is an English,
uncased BERT: words of other languages are unknown to it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import (
    GroundingDinoForObjectDetection,
    GroundingDinoImageProcessor,
    GroundingDinoProcessor,
    PreTrainedTokenizerFast,
)

from models.prompts import RGB, Found
from models.sam2 import read_folder
from models.weights import WeightsError

BOX_THRESHOLD = 0.3  # how sure a box must be
TEXT_THRESHOLD = 0.25  # how sure a word must be to count as seen in a box
_SETTINGS = ("preprocessor_config.json", "processor_config.json")  # of pictures: as published, and as transformers 5 saves


def load_grounding_dino(folder: Path, device: torch.device | str = "cpu") -> GroundingDino:
    """folder: config.json, model.safetensors, tokenizer.json and preprocessor_config.json as published; nothing is
    downloaded. Raises `WeightsError`."""
    network = read_folder(GroundingDinoForObjectDetection, folder, device)
    try:
        settings = json.loads(next(folder / name for name in _SETTINGS if (folder / name).is_file()).read_text("utf-8"))
        pictures = GroundingDinoImageProcessor.from_dict(settings.get("image_processor", settings))
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_file=str(folder / "tokenizer.json"),
            unk_token="[UNK]",
            sep_token="[SEP]",
            pad_token="[PAD]",
            cls_token="[CLS]",
            mask_token="[MASK]",
        )
    except Exception as error:  # the tokenizers library raises nothing narrower
        raise WeightsError(
            f"The model folder {folder.name}/ lacks its tokenizer.json or preprocessor_config.json, or they are damaged, "
            "please download the model again."
        ) from error
    return GroundingDino(network, GroundingDinoProcessor(pictures, tokenizer))


def caption(words: str) -> str:
    """Words as the network was trained on them: in lower case, a period behind every thing. 'Red apron. belt' -> 'red
    apron. belt.'; ValueError if they name nothing."""
    things = [thing.strip() for thing in words.lower().split(".") if thing.strip()]
    if not things:
        raise ValueError("Please say in words what to look for, such as: red apron. belt")
    return ". ".join(things) + "."


class GroundingDino:
    """A Grounding DINO as a `models.prompts.WordFinder`."""

    def __init__(self, network: Any, processor: Any) -> None:
        self.network = network
        self.processor = processor

    @torch.no_grad()
    def find(self, rgb: RGB, words: str) -> list[Found]:
        """rgb: H x W x 3 uint8, any size; words: English, things apart by periods; what is past the network's longest
        text (256 tokens) is not looked for. Boxes are cut off at the picture's edges and may overlap. ValueError if the
        words name nothing."""
        height, width = rgb.shape[:2]
        inputs = self.processor(
            images=np.array(rgb, order="C"),
            text=caption(words),
            input_data_format="channels_last",
            truncation=True,
            max_length=self.network.config.max_text_len,
            return_tensors="pt",
        ).to(self.network.device)
        (seen,) = self.processor.post_process_grounded_object_detection(
            self.network(**inputs), inputs["input_ids"], BOX_THRESHOLD, TEXT_THRESHOLD, target_sizes=[(height, width)]
        )
        edges = np.asarray([width, height, width, height], np.float32)
        boxes = np.clip(seen["boxes"].float().cpu().numpy(), 0, edges)
        found = [
            Found((float(box[0]), float(box[1]), float(box[2]), float(box[3])), float(score))
            # without any box the processor still makes one label, an empty one
            for box, score, label in zip(boxes, seen["scores"].tolist(), seen["text_labels"], strict=False)
            if self._names_something(label)
        ]
        return sorted(found, key=lambda one: one.score, reverse=True)

    def _names_something(self, label: str) -> bool:
        """A box may answer to the marks between the words alone: then it shows none of what was asked for."""
        for mark in self.processor.tokenizer.all_special_tokens:
            label = label.replace(mark, "")
        return any(letter.isalnum() for letter in label)
