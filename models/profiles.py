"""Model profiles: one row says everything that differs between one model and another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

WEIGHTS = Path(__file__).resolve().parent.parent / "assets" / "weights"
SEGMENTER = WEIGHTS / "segmenter"  # the bundled part parser and SAM, see `models.segmenter`
GARMENT_FILE = "ip_adapter/ip-adapter.safetensors"  # a garment adapter inside a model's folder


@dataclass(frozen=True)
class Control:
    """A control network of a profile.

    folder: inside the profile's; hints: the kinds it listens to; builder: the row of `pipeline.conditions.BUILDERS`
    that makes its input from them.
    """

    folder: str
    hints: tuple[str, ...]
    builder: str


@dataclass(frozen=True)
class ModelProfile:
    """One model: where it is, what it was made for, and how it is best run.

    folder: an ordinary diffusers folder. native: side in pixels of the square with as many pixels as the model likes;
    latent_scale: pixels per latent; multiple: sides must be multiples of this. samplers: those that work with it, the
    default first. rescale: 0..1, guidance rescale, for models with zero terminal SNR; guidance_end: 0..1, share of the
    schedule that is guided. detail_strength: strength of the second pass at twice the size. full_precision_vae: the
    autoencoder in 32 bits even where the rest runs in 16: large ones need it, ours comes out the same to 50 dB.
    garment: the adapter's file inside the folder, for pictures of garments, beside an `image_encoder`; None if there is
    none. few_steps: the U-Net with the LoRA in the folder's `lora`, which was distilled to few unguided steps.
    """

    name: str
    folder: Path
    native: int
    controls: tuple[Control, ...]
    samplers: tuple[str, ...]
    steps: int
    guidance: float
    rescale: float = 0.0
    guidance_end: float = 1.0
    negative_prompt: str = ""
    latent_scale: int = 8
    multiple: int = 64
    detail_strength: float = 0.4
    full_precision_vae: bool = True
    garment: str | None = None
    few_steps: bool = False

    @property
    def hints(self) -> tuple[str, ...]:
        """Kinds of hints that some network of this profile understands."""
        return tuple(kind for control in self.controls for kind in control.hints)


BUNDLED = ModelProfile(
    name="bundled",
    folder=WEIGHTS / "bundled",
    native=256,
    controls=(Control("controlnet", ("inpaint", "lineart"), "bundled"),),
    samplers=("dpm++2m", "ddim", "euler", "euler_a", "unipc"),
    steps=25,
    guidance=4.0,
    rescale=0.7,
    guidance_end=0.5,
    full_precision_vae=False,
    garment=GARMENT_FILE,
)

BUNDLED_FAST = replace(
    BUNDLED,
    name="bundled-fast",
    samplers=("ddim",),  # whose steps the student learned, see `training.distillation`
    steps=4,
    guidance=1.0,
    guidance_end=1.0,
    few_steps=True,
)

PROFILES = {profile.name: profile for profile in (BUNDLED, BUNDLED_FAST)}
