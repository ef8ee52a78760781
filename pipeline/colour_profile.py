"""ICC profiles: a file's colours become sRGB for the work, and what was changed is given back in the file's own space.

Only matrix/TRC profiles (ICC.1:2022, clause 8.3.3) of RGB can be given back without loss of meaning: they are three curves and a
3 x 3 matrix, the same in both directions. Display P3, Adobe RGB and ProPhoto are such; what is described by tables, grey and CMYK
become sRGB for good.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms

from pipeline.request import Image8

CONVERTED = "The colours of this picture are described in a way that cannot be given back ({space}), so the result will be sRGB."
UNREADABLE = "The colour profile of this picture could not be read, so its colours are taken as sRGB."
SAME = 1  # levels of a colour cube: up to there a profile is sRGB under another name
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_GREY = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L")  # modes of Pillow
_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # by the colour space of a profile's header


@dataclass(frozen=True)
class EmbeddedProfile:
    """The profile of a file and its pixels. icc: the profile's bytes; stored: H x W x 4, as they are in the file, upright;
    working: the same in sRGB, out-of-gamut colours clipped."""

    icc: bytes
    stored: Image8
    working: Image8

    def given_back(self, image: Image8) -> Image8:
        """A picture in sRGB, h x w x 3 or 4, in the colours of the profile. Of one of the file's own size pixels that are as
        they were are copied from the file, never converted there and back."""
        if self.stored is self.working:
            return image
        back = image.copy()
        back[..., :3] = _applied(_transform(_srgb(), _opened(self.icc), "RGB", "RGB"), image[..., :3])
        if image.shape == self.working.shape:
            same = (image == self.working).all(axis=2)
            back[same] = self.stored[same]
        return back


class Reader:
    """How the pixels of one file become sRGB. notes: what its owner should hear about that."""

    def __init__(self, icc: bytes, mode: str) -> None:
        """icc: the profile's bytes, b"" for none; mode: of the file, as Pillow names it. A profile that cannot be read, or is
        of another kind of picture than this one, counts as none."""
        self.icc, self.notes = icc, ()  # type: tuple[bytes, tuple[str, ...]]
        self.is_matrix, self._forth, self._mode = False, None, "RGB"
        if not icc:
            return
        try:
            profile = _opened(icc)
            space = profile.profile.xcolor_space
            if space not in _MODES or (space == "CMYK") != (mode == "CMYK") or (space == "GRAY" and mode not in _GREY):
                self.icc = b""
                return
            self._mode = _MODES[space]
            self._forth = _transform(profile, _srgb(), self._mode, "RGB")
            self.is_matrix = space == "RGB " and _is_matrix(profile)
            if space == "RGB " and _is_srgb(self._forth):
                self._forth, self.is_matrix = None, True
        except (ImageCms.PyCMSError, OSError, ValueError):
            self.icc, self._forth, self.notes = b"", None, (UNREADABLE,)
            return
        if not self.is_matrix:
            self.icc, self.notes = b"", (CONVERTED.format(space=space.strip()),)

    def read(self, strip: Image.Image, rgba: Image8) -> None:
        """Bring rows of a file whose profile is not given back to sRGB. strip: as stored; rgba: h x w x 4, the same
        decoded, in place."""
        if self._forth is None or self.is_matrix:
            return
        decoded = {"RGB": rgba[..., :3], "L": rgba[..., 0]}.get(self._mode)
        rgba[..., :3] = _applied(self._forth, np.asarray(strip) if decoded is None else decoded)

    def finish(self, stored: Image8) -> tuple[Image8, EmbeddedProfile | None]:
        """The working picture of one whose strips were all read, and what gives its colours back, None for nothing."""
        if not self.is_matrix:
            return stored, None
        working = stored
        if self._forth is not None:
            working = stored.copy()
            working[..., :3] = _applied(self._forth, stored[..., :3])
        return working, EmbeddedProfile(self.icc, stored, working)


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _opened(icc: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(icc))


def _transform(
    source: ImageCms.ImageCmsProfile, target: ImageCms.ImageCmsProfile, modes: str, modet: str
) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(source, target, modes, modet, _INTENT)


def _applied(transform: ImageCms.ImageCmsTransform, pixels: Image8) -> Image8:
    """h x w x 3, or x 4 for CMYK, or h x w -> h x w x 3."""
    found = ImageCms.applyTransform(Image.fromarray(np.ascontiguousarray(pixels), transform.input_mode), transform)
    assert found is not None
    return np.asarray(found)


def _is_matrix(profile: ImageCms.ImageCmsProfile) -> bool:
    """Curves and a matrix, and no tables that go before them."""
    tables = (profile.profile.clut or {}).values()
    return bool(profile.profile.is_matrix_shaper) and not any(used[0] or used[1] for used in tables)


def _is_srgb(forth: ImageCms.ImageCmsTransform) -> bool:
    steps = np.linspace(0, 255, 18).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(18, -1, 3)
    return int(np.abs(_applied(forth, cube).astype(int) - cube).max()) <= SAME
