"""Model profiles: one row says everything that differs between one model and another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from models.sources import Source

WEIGHTS = Path(__file__).resolve().parent.parent / "assets" / "weights"
SEGMENTER = WEIGHTS / "segmenter"  # the bundled part parser and SAM, see `models.segmenter`
GARMENT_FILE = "ip_adapter/ip-adapter.safetensors"  # a garment adapter inside a model's folder
LORA_FILE = "lora/pytorch_lora_weights.safetensors"
SKETCH = "t2i"  # the kind of a T2I-Adapter, which looks at its hint once a picture and not at every step
INSIDE = ""  # the repository of sources that lie inside the model's own


@dataclass(frozen=True)
class Control:
    """A control network of a profile.

    hints: the kinds it listens to; builder: the row of `pipeline.conditions.BUILDERS` that makes its input from them; kind:
    the row of `models.loader.CONTROLS` that reads it; optional: fetched and loaded only when somebody asks for its hints.
    """

    name: str
    source: Source
    hints: tuple[str, ...]
    builder: str
    kind: str = "controlnet"
    optional: bool = False


@dataclass(frozen=True)
class Reference:
    """What reads pictures of garments: an IP-Adapter's file and the CLIP image encoder that it stands on."""

    adapter: Source
    encoder: Source


@dataclass(frozen=True)
class ModelProfile:
    """One model: where it is, what it was made for, and how it is best run.

    base: a diffusers folder, or a single file of the original layout; sources whose repository is `INSIDE` lie in it.
    native: side in pixels of the square with as many pixels as the model likes; latent_scale: pixels per latent; multiple:
    sides must be multiples of this. samplers: those that work with it, the default first. rescale: 0..1, guidance rescale,
    for models with zero terminal SNR; guidance_end: 0..1, share of the schedule that is guided. prefix: words before every
    prompt; clip_skip: 2 = the words are read from the text encoder's second to last layer. garment_scale: how closely pictures
    of garments are followed if nothing else is said. detail_strength: strength of the second pass at twice
    the size. full_precision_vae: the autoencoder in 32 bits even where the rest runs in 16: some overflow, ours comes out the
    same to 50 dB. vae: instead of the base's. garment: None if it takes no pictures of garments; cut_garments: their background
    and wearer are taken away first, which ours was trained to overlook. lora: merged into the U-Net, distilled to few steps.
    prediction: laid over the scheduler's configuration, "" = as it says. memory: megabytes of the device that everything
    needs in 16 bits, 0 = hardly any; layout: the folder of `assets/layouts` that says how a single file is to be read.
    commercial: may be used commercially, as every default must.
    dressed: trained on dressed characters alone, so that nothing has to be kept out by words.
    draft_strength: strength with which a draft is drawn over; 0 = the draft is the picture, and the model draws only what it
    leaves open.
    """

    name: str
    base: Source
    native: int
    controls: tuple[Control, ...]
    samplers: tuple[str, ...]
    steps: int
    guidance: float
    title: str = ""
    rescale: float = 0.0
    guidance_end: float = 1.0
    prefix: str = ""
    negative_prompt: str = ""
    clip_skip: int = 1
    garment_scale: float = 1.0
    cut_garments: bool = False
    latent_scale: int = 8
    multiple: int = 64
    detail_strength: float = 0.4
    full_precision_vae: bool = True
    vae: Source | None = None
    garment: Reference | None = None
    lora: Source | None = None
    prediction: str = ""
    memory: int = 0
    layout: str = "sd15"
    commercial: bool = True
    dressed: bool = False
    draft_strength: float = 0.75

    @property
    def hints(self) -> tuple[str, ...]:
        """Kinds of hints that some network of this profile understands."""
        return tuple(dict.fromkeys(kind for control in self.controls for kind in control.hints))

    def located(self, source: Source) -> Source:
        """A source of this profile with the repository that it lies in."""
        if source.repo != INSIDE:
            return source
        return replace(source, repo=self.base.repo, revision=self.base.revision, licence=self.base.licence)

    def sources(self, optional: bool = False) -> tuple[Source, ...]:
        """Everything that has to be on this disk; optional: also networks for hints that are seldom asked for."""
        found = [self.base, self.vae, self.lora]
        found += [control.source for control in self.controls if optional or not control.optional]
        if self.garment:
            found += [self.garment.adapter, self.garment.encoder]
        return tuple(dict.fromkeys(self.located(source) for source in found if source))


BUNDLED = ModelProfile(
    name="bundled",
    title="Bundled (small, no download)",
    base=Source(WEIGHTS / "bundled", licence="Apache-2.0"),
    native=256,
    controls=(Control("controlnet", Source(INSIDE, "controlnet"), ("inpaint", "lineart"), "bundled"),),
    samplers=("dpm++2m", "ddim", "euler", "euler_a", "unipc"),
    steps=25,
    guidance=4.0,
    rescale=0.7,
    guidance_end=0.5,
    full_precision_vae=False,
    dressed=True,
    draft_strength=0.0,
    garment=Reference(Source(INSIDE, GARMENT_FILE), Source(INSIDE, "image_encoder")),
)

BUNDLED_FAST = replace(
    BUNDLED,
    name="bundled-fast",
    title="Bundled, 4 steps (fastest)",
    samplers=("ddim",),  # whose steps the student learned, see `training.distillation`
    steps=4,
    guidance=1.0,
    guidance_end=1.0,
    lora=Source(INSIDE, LORA_FILE),
)

_PARTS = ("unet", "vae", "text_encoder", "tokenizer", "scheduler")
_SDXL_PARTS = (*_PARTS, "text_encoder_2", "tokenizer_2")
_IMAGE_ENCODER = Source("h94/IP-Adapter", "models/image_encoder", licence="Apache-2.0", megabytes=2530)
_ALL_SAMPLERS = (
    "dpm++2m_karras", "euler_a", "euler", "dpm++2m", "dpm++2m_sde", "dpm++2m_sde_karras", "ddim", "pndm", "unipc",
)  # fmt: skip


def _sd15_control(name: str, repo: str, hint: str, optional: bool = True) -> Control:
    """A ControlNet 1.1 (lllyasviel): the inpainting one sees masked pixels as -1, the others a picture of their hint."""
    source = Source(f"lllyasviel/{repo}", variant="fp16", licence="OpenRAIL", megabytes=723)
    return Control(name, source, (hint,), "masked_minus_one" if hint == "inpaint" else "picture", optional=optional)


SD15_ANIME = ModelProfile(
    name="sd15-anime",
    title="SD 1.5 anime (Anything V5)",
    base=Source("stablediffusionapi/anything-v5", parts=_PARTS, licence="CreativeML-OpenRAIL-M", megabytes=2130),
    native=640,  # 512 x 768 and kin
    controls=(
        _sd15_control("inpaint", "control_v11p_sd15_inpaint", "inpaint", optional=False),
        _sd15_control("lineart", "control_v11p_sd15s2_lineart_anime", "lineart", optional=False),
        _sd15_control("canny", "control_v11p_sd15_canny", "canny"),
        _sd15_control("pose", "control_v11p_sd15_openpose", "pose"),
        _sd15_control("depth", "control_v11f1p_sd15_depth", "depth"),
        _sd15_control("segmentation", "control_v11p_sd15_seg", "segmentation"),
        _sd15_control("softedge", "control_v11p_sd15_softedge", "softedge"),
    ),
    samplers=_ALL_SAMPLERS,
    steps=20,
    guidance=7.0,
    prefix="masterpiece, best quality",
    negative_prompt="lowres, bad anatomy, bad hands, text, error, worst quality, low quality, signature, watermark",
    clip_skip=2,
    garment_scale=0.7,
    cut_garments=True,
    garment=Reference(
        Source("h94/IP-Adapter", "models/ip-adapter-plus_sd15.safetensors", licence="Apache-2.0", megabytes=98), _IMAGE_ENCODER
    ),
    memory=7000,
)


def _sd15_t2i_adapter(name: str, repo: str, hint: str) -> Control:
    """A T2I-Adapter (TencentARC, a pickle in 32 bits): less exact than a ControlNet, and next to nothing beside the steps."""
    source = Source(f"TencentARC/{repo}", licence="Apache-2.0", megabytes=309)
    return Control(name, source, (hint,), "picture", kind=SKETCH, optional=hint != "lineart")


SD15_ANIME_LIGHT = replace(
    SD15_ANIME,
    name="sd15-anime-light",
    title="SD 1.5 anime, light hints",
    controls=(
        SD15_ANIME.controls[0],
        _sd15_t2i_adapter("lineart", "t2iadapter_sketch_sd15v2", "lineart"),
        _sd15_t2i_adapter("canny", "t2iadapter_canny_sd15v2", "canny"),
        _sd15_t2i_adapter("pose", "t2iadapter_openpose_sd14v1", "pose"),
        _sd15_t2i_adapter("depth", "t2iadapter_depth_sd15v2", "depth"),
    ),
    memory=6500,
)

SD15_ANIME_FAST = replace(
    SD15_ANIME,
    name="sd15-anime-fast",
    title="SD 1.5 anime, 8 steps",
    samplers=("ddim_trailing",),
    steps=8,
    guidance=5.0,
    lora=Source("ByteDance/Hyper-SD", "Hyper-SD15-8steps-CFG-lora.safetensors", licence="OpenRAIL", megabytes=269),
)

_UNION = Source("OzzyGT/controlnet-union-promax-sdxl-1.0", variant="fp16", licence="Apache-2.0", megabytes=2510)
_VAE_XL = Source("madebyollin/sdxl-vae-fp16-fix", licence="MIT", megabytes=335)

SDXL_ANIME = ModelProfile(
    name="sdxl-anime",
    title="SDXL anime (Animagine XL 4.0)",
    base=Source("cagliostrolab/animagine-xl-4.0", parts=_SDXL_PARTS, licence="CreativeML-OpenRAIL++-M", megabytes=6940),
    native=1024,
    controls=(  # one network for all hints
        Control(
            "union",
            _UNION,
            ("inpaint", "lineart", "pose", "depth", "segmentation", "softedge"),  # canny's edges are line art to it
            "union",
            kind="union",
        ),
    ),
    samplers=("euler_a", *(name for name in _ALL_SAMPLERS if name != "euler_a")),
    steps=26,
    guidance=5.0,
    prefix="masterpiece, high score, great score, absurdres",
    negative_prompt="lowres, bad anatomy, bad hands, text, error, missing finger, extra digits, low score, bad score, watermark",
    garment_scale=0.6,
    cut_garments=True,
    full_precision_vae=False,
    vae=_VAE_XL,
    garment=Reference(
        Source("h94/IP-Adapter", "sdxl_models/ip-adapter-plus_sdxl_vit-h.safetensors", licence="Apache-2.0", megabytes=848),
        _IMAGE_ENCODER,
    ),
    memory=15000,
    layout="sdxl",
)

SDXL_ANIME_FAST = replace(
    SDXL_ANIME,
    name="sdxl-anime-fast",
    title="SDXL anime, 8 steps",
    samplers=("ddim_trailing",),
    steps=8,
    guidance=5.0,
    lora=Source("ByteDance/Hyper-SD", "Hyper-SDXL-8steps-CFG-lora.safetensors", licence="OpenRAIL++", megabytes=787),
)

_NOOB_INPAINT = Source(
    "Acly/NoobAI-Inpainting", "noobaiInpainting_v10.fp16.safetensors", licence="fair-ai-public-1.0-sd", megabytes=2500
)


def _noob_control(name: str, repo: str, hint: str) -> Control:
    source = Source(repo, variant="fp16", licence="fair-ai-public-1.0-sd", megabytes=2500)
    return Control(name, source, (hint,), "picture", optional=hint != "lineart")


SDXL_ILLUSTRIOUS = replace(
    SDXL_ANIME,
    name="sdxl-illustrious",
    title="SDXL anime (Illustrious)",
    base=Source(
        "OnomaAIResearch/Illustrious-xl-early-release-v0",
        parts=_SDXL_PARTS,
        licence="fair-ai-public-1.0-sd",
        megabytes=6940,
    ),
    controls=(
        Control("inpaint", _NOOB_INPAINT, ("inpaint",), "masked_black"),
        _noob_control("lineart", "Eugeoter/noob-sdxl-controlnet-lineart_anime", "lineart"),
        _noob_control("canny", "Eugeoter/noob-sdxl-controlnet-canny", "canny"),
        _noob_control("pose", "Laxhar/noob_openpose", "pose"),
        _noob_control("depth", "Eugeoter/noob-sdxl-controlnet-depth_midas-v1-1", "depth"),
        _noob_control("softedge", "Eugeoter/noob-sdxl-controlnet-softedge_hed", "softedge"),
    ),
    prefix="masterpiece, best quality, newest, absurdres, highres",
    negative_prompt="lowres, bad anatomy, bad hands, text, error, worst quality, bad quality, watermark",
    memory=17500,
)

SDXL_NOOBAI_V = replace(
    SDXL_ILLUSTRIOUS,
    name="sdxl-noobai-v",
    title="SDXL anime (NoobAI v-pred, not for commercial use)",
    base=Source("Laxhar/noobai-XL-Vpred-1.0", parts=_SDXL_PARTS, licence="fair-ai, no commercial use", megabytes=6940),
    samplers=("euler", "ddim", "dpm++2m", "unipc"),
    rescale=0.7,
    prediction="v_prediction",
    commercial=False,
)

PROFILES = {
    profile.name: profile
    for profile in (
        BUNDLED,
        BUNDLED_FAST,
        SD15_ANIME,
        SD15_ANIME_FAST,
        SD15_ANIME_LIGHT,
        SDXL_ANIME,
        SDXL_ANIME_FAST,
        SDXL_ILLUSTRIOUS,
        SDXL_NOOBAI_V,
    )
}
