"""LoRAs and new words of a request: `<lora:name:0.8>` in a prompt, files by their names in folders of the operator's.

Only names go into a request from the page, never paths: nobody reads another file of this machine through a prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from models.loader import Networks
from models.lora import worn
from models.textual_inversion import textual_inversions
from models.weights import WeightsError
from pipeline.request import LoRA, SwapRequest, UserError
from pipeline.worn_names import SUFFIX, loras_folder, names_in, words_folder

MOST = 8  # LoRAs of one request
STRONGEST = 2.0
_TAG = re.compile(r"<\s*+lora\s*+:([^:<>]++)(?::([^:<>]*+))?>", re.IGNORECASE)


def without_tags(request: SwapRequest) -> SwapRequest:
    """The request with its prompt's `<lora:...>` as LoRAs, each a path. Raises `UserError` for a name that is not there."""
    found = list(request.loras)
    for name, scale in ((name.strip(), scale.strip()) for name, scale in _TAG.findall(request.prompt)):
        found.append(LoRA(str(_file(name)), _number(name, scale)))
    if len(found) > MOST:
        raise UserError(f"At most {MOST} LoRAs can be worn at once, please remove some.")
    if any(not -STRONGEST <= lora.scale <= STRONGEST for lora in found):
        raise UserError(f"A LoRA's strength must lie between -{STRONGEST:g} and {STRONGEST:g}, please change it.")
    prompt = re.sub(r"(?<!\s)\s*+,(?:\s*+,)++", ",", _TAG.sub("", request.prompt)).strip(" ,\n")
    return replace(request, prompt=prompt, loras=tuple(found))


def _file(name: str) -> Path:
    folder = loras_folder()
    for known in names_in(folder):
        if known.casefold() == name.removesuffix(SUFFIX).casefold():
            return folder / f"{known}{SUFFIX}"
    there = ", ".join(names_in(folder)) or "none so far"
    raise UserError(f"There is no LoRA called {name!r}, please put it into {folder.name}/ or choose one that is there: {there}.")


def _number(name: str, text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        raise UserError(f"The strength of the LoRA {name!r} is no number, please write it as <lora:{name}:0.8>.") from None


def new_words(request: SwapRequest) -> tuple[str, ...]:
    """Embeddings whose names the prompts say, as words of their own: `lace` is not said by "necklace"."""
    said = f"{request.prompt} {request.negative_prompt}"

    def is_said(name: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said, re.IGNORECASE) is not None

    return tuple(filter(is_said, names_in(words_folder())))


@contextmanager
def dressed(networks: Networks, request: SwapRequest) -> Iterator[None]:
    """Inside, the networks wear the request's LoRAs and know the new words of its prompts; afterwards they are as before.

    A file in the folder of words is a word by its name. Raises `UserError` for files that do not fit.
    """
    words = [(words_folder() / f"{name}{SUFFIX}", name) for name in new_words(request)]
    loras = [(Path(lora.path), lora.scale) for lora in request.loras]
    with ExitStack() as stack:
        try:
            if loras:
                stack.enter_context(worn(networks.unet, networks.text_encoders, loras))
            if words:
                stack.enter_context(textual_inversions(networks.tokenizers, networks.text_encoders, words))
        except WeightsError as error:
            raise UserError(str(error)) from None
        yield
