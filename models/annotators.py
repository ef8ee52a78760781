"""What reads hints for control networks from a picture: published annotators, as soon as somebody has put their files into
a folder.

Every kind of hint is read by the first row of `ANNOTATORS` whose files are there and that the device can carry, and by
what ships with this repository (`pipeline.hints`) where there is none. What they
draw is what the published ControlNets were trained on: light lines on black, near = bright, OpenPose's coloured bones on
black, ADE20K's colours. Nothing is downloaded and nothing in a file is executed.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.profiles import WEIGHTS
from models.prompts import RGB
from models.weights import WeightsError

FOLDER = WEIGHTS / "annotators"
POSE_SIDE = 512  # bones are so thick at this short side, and thicker on larger pictures
SURE = 0.3  # joints less sure than this are not drawn
# of OpenPose, by their number in COCO; the neck has none
JOINTS = (0, None, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
SHOULDERS = (5, 6)  # in COCO: the neck is halfway between them
CLASSES = 150  # of ADE20K

Reader = Callable[[RGB], RGB]  # H x W x 3 uint8 -> a hint of the same shape


@dataclass(frozen=True)
class Annotator:
    """A network that reads hints.

    kind: of `pipeline.hints.KINDS`; path: its file or folder below `FOLDER`; load: path and device -> reader; megabytes: of
    the published files; licence: SPDX identifier of the weights; origin: where they are published; on_cpu: quick enough
    without a GPU.
    """

    name: str
    kind: str
    path: str
    load: Callable[[Path, torch.device], Reader]
    megabytes: int
    licence: str
    origin: str
    on_cpu: bool = False

    def is_there(self, root: Path = FOLDER) -> bool:
        return (root / self.path).exists()


def _aux(module: str) -> Any:
    """A module of controlnet_aux, which imports slowly and has much to say about itself."""
    import importlib

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(f"controlnet_aux.{module}")


def _filled(network: nn.Module, file: Path, names: Callable[[Mapping[str, Tensor]], Mapping[str, Tensor]] = dict) -> Any:
    """The network with a file's weights in 32 bits, ready for use; names: from the file's names to the network's."""
    try:
        network.load_state_dict(names(torch.load(file, "cpu", weights_only=True)))
    except FileNotFoundError:
        raise WeightsError(f"The weights file {file.name} is missing, please restore or download it.") from None
    except (RuntimeError, UnpicklingError, EOFError, AttributeError, TypeError, KeyError, OSError) as error:
        raise WeightsError(f"The weights file {file.name} is damaged or another model's, please download it again.") from error
    return network.eval().requires_grad_(False)


def _at_working_size(detector: Any) -> Reader:
    """A detector of controlnet_aux without its own choice of size: short side as given, both a multiple of 64."""

    def read(rgb: RGB) -> RGB:
        side = min(rgb.shape[:2])
        return _fitted(detector(np.array(rgb, order="C"), side, side, output_type="np"), rgb)

    return read


def _fitted(hint: RGB, rgb: RGB, interpolation: int = cv2.INTER_LINEAR) -> RGB:
    height, width = rgb.shape[:2]
    return hint if hint.shape[:2] == (height, width) else cv2.resize(hint, (width, height), interpolation=interpolation)  # type: ignore[return-value]


def _line_art(file: Path, device: torch.device) -> Reader:
    """Anime2Sketch (Xiang et al. 2021): the lines of the lineart_anime ControlNets."""
    aux = _aux("lineart_anime")
    norm = partial(nn.InstanceNorm2d, affine=False, track_running_stats=False)
    network = aux.UnetGenerator(3, 1, 8, 64, norm_layer=norm, use_dropout=False)
    return _at_working_size(aux.LineartAnimeDetector(_filled(network, file, _without_wrapper).to(device)))


def _without_wrapper(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.replace("module.", ""): value for name, value in state.items()}


def _soft_edge(file: Path, device: torch.device) -> Reader:
    """HED (Xie and Tu, arXiv:1504.06375) as retrained for ControlNet."""
    aux = _aux("hed")
    return _at_working_size(aux.HEDdetector(_filled(aux.ControlNetHED_Apache2(), file).to(device)))


def _openpose(file: Path, device: torch.device) -> Reader:
    """OpenPose's body (Cao et al., arXiv:1812.08008), without hands and face."""
    aux, body = _aux("open_pose"), _aux("open_pose.body")
    network = body.bodypose_model()
    estimator = body.Body.__new__(body.Body)  # whose own start reads the file without care
    estimator.model = _filled(network, file, partial(_aux("open_pose.util").transfer, network)).to(device)
    detector = aux.OpenposeDetector(estimator)

    def read(rgb: RGB) -> RGB:
        return _fitted(detector(np.array(rgb, order="C"), POSE_SIDE, min(rgb.shape[:2]), output_type="np"), rgb)

    return read


def _folder(kind: str, folder: Path, device: torch.device) -> Any:
    """A network of transformers from a folder as published."""
    import transformers

    from models.sam2 import read_folder

    return read_folder(getattr(transformers, kind), folder, device)


def _processor(kind: str, folder: Path) -> Any:
    """What prepares pictures for it, from the folder's preprocessor_config.json. Raises `WeightsError`."""
    import transformers

    try:
        settings = json.loads((folder / "preprocessor_config.json").read_text("utf-8"))
        return getattr(transformers, kind).from_dict(settings)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"The model folder {folder.name}/ lacks its preprocessor_config.json, or it is damaged, "
            "please download the model again."
        ) from error


def _vitpose(folder: Path, device: torch.device) -> Reader:
    """ViTPose (Xu et al., arXiv:2204.12484), its joints drawn as OpenPose's. One character, who fills the picture."""
    network = _folder("VitPoseForPoseEstimation", folder, device)
    processor = _processor("VitPoseImageProcessor", folder)

    @torch.no_grad()
    def read(rgb: RGB) -> RGB:
        boxes = [[[0.0, 0.0, float(rgb.shape[1]), float(rgb.shape[0])]]]
        inputs = processor(np.array(rgb, order="C"), boxes=boxes, input_data_format="channels_last", return_tensors="pt")
        found = network(inputs["pixel_values"].to(device))
        person = processor.post_process_pose_estimation(found, boxes=boxes)[0][0]
        return draw_pose(person["keypoints"].float().cpu().numpy(), person["scores"].float().cpu().numpy(), rgb)

    return read


def draw_pose(joints: Any, scores: Any, rgb: RGB) -> RGB:
    """OpenPose's skeleton on black from COCO's 17 joints; joints: 17 x 2 in pixels of rgb; scores: 17 in 0..1."""
    members = [SHOULDERS if number is None else (number,) for number in JOINTS]
    sure = [min(scores[n] for n in numbers) >= SURE for numbers in members]
    places = [np.mean([joints[n] for n in numbers], axis=0) for numbers in members]
    return draw_bones([place if there else None for place, there in zip(places, sure, strict=True)], rgb)


def draw_bones(joints: Sequence[Any], rgb: RGB) -> RGB:
    """OpenPose's skeleton on black from its own 18 joints: x and y in pixels of rgb, None for those that are not there."""
    aux, body = _aux("open_pose"), _aux("open_pose.body")
    height, width = rgb.shape[:2]
    shrink = POSE_SIDE / min(height, width)
    points = [None if place is None else body.Keypoint(float(place[0] / width), float(place[1] / height)) for place in joints]
    person = aux.PoseResult(body.BodyResult(points, 0.0, 0), None, None, None)
    return _fitted(aux.draw_poses([person], round(height * shrink), round(width * shrink), True, False, False), rgb)


def _depth_anything(folder: Path, device: torch.device) -> Reader:
    """Depth Anything (Yang et al., arXiv:2401.10891, arXiv:2406.09414): inverse depth up to scale and shift, as MiDaS."""
    network = _folder("DepthAnythingForDepthEstimation", folder, device)
    processor = _processor("DPTImageProcessor", folder)

    @torch.no_grad()
    def read(rgb: RGB) -> RGB:
        inputs = processor(np.array(rgb, order="C"), input_data_format="channels_last", return_tensors="pt")
        depth = network(inputs["pixel_values"].to(device)).predicted_depth[None]
        depth = F.interpolate(depth.float(), rgb.shape[:2], mode="bicubic", align_corners=False)[0, 0]
        depth = (depth - depth.min()) / (depth.max() - depth.min()).clamp_min(1e-6)
        plane = (depth * 255).round().byte().cpu().numpy()
        return np.repeat(plane[..., None], 3, axis=2)

    return read


def _upernet(folder: Path, device: torch.device) -> Reader:
    """UperNet (Xiao et al., arXiv:1807.10221) trained on ADE20K, in the colours of that data set."""
    network = _folder("UperNetForSemanticSegmentation", folder, device)
    processor = _processor("SegformerImageProcessor", folder)
    if network.config.num_labels != CLASSES:
        raise WeightsError(f"The model in {folder.name}/ was not trained on ADE20K, please download the one that was.")
    palette = np.array(_aux("util").ade_palette(), np.uint8)

    @torch.no_grad()
    def read(rgb: RGB) -> RGB:
        inputs = processor(np.array(rgb, order="C"), input_data_format="channels_last", return_tensors="pt")
        logits = network(inputs["pixel_values"].to(device)).logits
        logits = F.interpolate(logits.float(), rgb.shape[:2], mode="bilinear", align_corners=False)
        return np.asarray(palette[logits[0].argmax(0).cpu().numpy()], np.uint8)

    return read


_HUB = "Hugging Face: "
_AUX, _DEPTH = f"{_HUB}lllyasviel/Annotators", "DepthAnythingForDepthEstimation"
ANNOTATORS = (  # of each kind the best first
    Annotator("lineart-anime", "lineart", "netG.pth", _line_art, 218, "MIT", _AUX, on_cpu=True),
    Annotator("hed", "softedge", "ControlNetHED.pth", _soft_edge, 29, "Apache-2.0", _AUX, on_cpu=True),
    Annotator(
        name="vitpose-base",
        kind="pose",
        path="vitpose-base-simple",
        load=_vitpose,
        megabytes=344,
        licence="Apache-2.0",
        origin=f"{_HUB}usyd-community/vitpose-base-simple",
        on_cpu=True,
    ),
    Annotator(
        name="openpose",
        kind="pose",
        path="body_pose_model.pth",
        load=_openpose,
        megabytes=209,
        licence="LicenseRef-OpenPose-noncommercial",
        origin=_AUX,
        on_cpu=True,
    ),
    Annotator(
        name="depth-anything-large",
        kind="depth",
        path="depth-anything-large-hf",
        load=_depth_anything,
        megabytes=1341,
        licence="Apache-2.0",
        origin=f"{_HUB}LiheYoung/depth-anything-large-hf",
    ),
    Annotator(
        name="depth-anything-v2-small",
        kind="depth",
        path="Depth-Anything-V2-Small-hf",
        load=_depth_anything,
        megabytes=99,
        licence="Apache-2.0",
        origin=f"{_HUB}depth-anything/Depth-Anything-V2-Small-hf",
        on_cpu=True,
    ),
    Annotator(
        name="upernet-tiny",
        kind="segmentation",
        path="upernet-convnext-tiny",
        load=_upernet,
        megabytes=241,
        licence="MIT",
        origin=f"{_HUB}openmmlab/upernet-convnext-tiny",
        on_cpu=True,
    ),
)


class Annotators:
    """The annotators of one device: each is loaded when it is first asked for, and kept."""

    def __init__(self, device: torch.device | str = "cpu", root: Path = FOLDER) -> None:
        self.device, self.root = torch.device(device), root
        self._readers: dict[str, Reader] = {}

    def chosen(self, kind: str) -> Annotator | None:
        """The network that reads hints of this kind here, None if none is there."""
        fitting = (row for row in ANNOTATORS if row.kind == kind and (row.on_cpu or self.device.type != "cpu"))
        return next((row for row in fitting if row.is_there(self.root)), None)

    def reader(self, kind: str) -> Reader | None:
        """Raises `WeightsError` if the network's files are damaged."""
        row = self.chosen(kind)
        if row is None:
            return None
        if row.name not in self._readers:
            self._readers[row.name] = row.load(self.root / row.path, self.device)
        return self._readers[row.name]
