"""From a generated crop back to the whole picture; what the mask leaves out stays bit-identical.

A transparent sprite is shown to the model on a flat key colour; `cut_out` takes that colour out again, so that the
new garment has its own alpha, wider or narrower than the old one's. NumPy only.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.images import Crop, with_alpha
from pipeline.mask import HOLE_AREA, connected, drop_specks, fill_holes, grow
from pipeline.request import Image8
from pipeline.strips import strips
from pipeline.tones import calm_lab

Float = NDArray[np.float32]
Colour = tuple[int, int, int]

# Clear but soft colours: white, black, grey and skin, the usual ones of clothes and their shadows, are far from all
# of them, so alpha can be told by distance (on light grey a white shirt would vanish). Each with the words that rule
# it out, as the new garment may have it.
KEYS: tuple[tuple[Colour, tuple[str, ...]], ...] = (
    ((120, 200, 150), ("green", "mint", "teal", "emerald", "turquoise", "緑", "绿", "綠", "グリーン", "ミント")),
    ((120, 170, 235), ("blue", "sky", "denim", "azure", "cyan", "青", "蓝", "藍", "水色", "ブルー", "デニム")),
    ((215, 140, 215), ("pink", "purple", "violet", "magenta", "lavender", "粉", "紫", "ピンク", "パープル")),
    ((205, 200, 90), ("yellow", "gold", "olive", "lime", "khaki", "黄", "金", "イエロー", "ゴールド")),
)
_FAR = 150.0  # beyond this distance a key is as good as any


def key_colour(character: Image8, prompt: str = "", garments: Sequence[Image8] = ()) -> Colour:
    """The flat background on which a model sees a transparent character (H x W x 4): far from all its colours, and from those
    of the garments that it is to wear, h x w x 4 and transparent around them.

    A key that the prompt names is taken only if the pictures leave no other.
    """
    samples = [_visible(picture) for picture in (character, *garments)]
    words = prompt.casefold()

    def room(row: tuple[Colour, tuple[str, ...]]) -> float:
        key = np.asarray(row[0], np.float32)
        near = min((float(np.percentile(_perceived(sample - key), 2)) for sample in samples if len(sample)), default=_FAR)
        return min(near, _FAR) - (_FAR / 2 if any(word in words for word in row[1]) else 0)

    return max(KEYS, key=room)[0]


def _visible(picture: Image8) -> Float:
    """N x 3, some thousand of the colours that are seen of H x W x 4."""
    count = int(np.count_nonzero(picture[..., 3] >= 128))
    step, skipped, samples = max(1, count // 4096), 0, []
    for rows in strips(picture.shape):
        visible = picture[rows][picture[rows][..., 3] >= 128][:, :3]
        samples.append(visible[skipped::step].astype(np.float32))
        skipped = (skipped - len(visible)) % step
    return np.concatenate(samples)


def _perceived(difference: Float) -> Float:
    """Length of RGB differences (... x 3), weighted as the eye does (the weights of ITU-R BT.601, softened)."""
    return np.asarray(np.sqrt((difference**2 * np.array([0.9, 1.2, 0.9], np.float32)).sum(axis=-1)), np.float32)


MAX_SHIFT = 16.0  # levels: more is not a drift of the autoencoder but another picture
_CELL = 32  # pixels: only lower frequencies are corrected


def match_colours(result: Image8, original: Image8, ring: Image8) -> Image8:
    """Correct the slow colour drift of a decoded crop, measured where old and new picture must agree.

    result, original: H x W x 3 uint8; ring: H x W, 255 = unmasked band round the mask (`mask.ring`). The shift varies
    smoothly, ignores outliers (lines that moved by a pixel) and is at most `MAX_SHIFT` levels.
    """
    used = ring >= 128
    if not used.any():
        return result.copy()
    drift = original.astype(np.float32) - result.astype(np.float32)
    centre = np.median(drift[used], axis=0)
    spread = 1.4826 * np.median(np.abs(drift[used] - centre), axis=0) + 4  # the median deviation as a sigma
    sure = used & (np.abs(drift - centre) <= 3 * spread).all(axis=-1)
    return _levels(result + _field(drift, sure, _CELL, centre).clip(-MAX_SHIFT, MAX_SHIFT))


MAX_STEP = 60.0  # levels: where old and new differ by more at the border, one of them has an edge there
_BORDER_CELL = 2  # pixels


def join_border(result: Image8, original: Image8, mask: Image8) -> Image8:
    """Carry what the decoded crop misses of the original just outside the mask a few pixels inwards, so that no seam shows.

    result, original: H x W x 3 uint8; mask: H x W, 255 = repainted. A cheap stand-in for gradient-domain blending
    (Pérez et al. 2003) that fades out inside the mask and leaves real edges alone.
    """
    drift = original.astype(np.float32) - result.astype(np.float32)
    known = (mask < 128) & (np.abs(drift).max(axis=-1) <= MAX_STEP)
    return _levels(result + _field(drift, known, _BORDER_CELL, np.zeros(3)))


def _field(drift: Float, sure: NDArray[np.bool_], cell: int, default: NDArray[np.floating]) -> Float:
    """The drift (H x W x 3) where it is sure, spread smoothly over two cells and then towards a default."""
    height, width = sure.shape
    weight = sure.astype(np.float32)
    cells = max(1, round(width / cell)), max(1, round(height / cell))
    amount = _smooth(_scaled(weight, cells, Image.Resampling.BOX))
    field = np.empty_like(drift)
    for channel in range(3):
        sums = _smooth(_scaled(drift[..., channel] * weight, cells, Image.Resampling.BOX))
        coarse = (sums + 0.02 * default[channel]) / (amount + 0.02)
        field[..., channel] = _scaled(coarse, (width, height), Image.Resampling.BILINEAR)
    return field


def _scaled(plane: Float, size: tuple[int, int], method: Image.Resampling) -> Float:
    return np.asarray(Image.fromarray(plane.astype(np.float32, copy=False)).resize(size, method))


def _smooth(grid: Float) -> Float:
    """Two passes of the 1-2-1 filter along both axes."""
    for axis in (0, 1, 0, 1):
        wide = np.pad(grid, [(1, 1) if axis == side else (0, 0) for side in (0, 1)], mode="edge")
        before, after = (wide[:-2], wide[2:]) if axis == 0 else (wide[:, :-2], wide[:, 2:])
        grid = ((before + 2 * grid + after) / 4).astype(np.float32)
    return grid


def _levels(values: NDArray[np.floating]) -> Image8:
    levels: Image8 = np.rint(values.clip(0, 255)).astype(np.uint8)
    return levels


_EDGE = 2  # pixels on either side of an edge that may mix garment and key
_CLOUD, _CLOUD_LIGHT = 24.0, 0.5  # CIELAB: of the key's colour, and what of a difference in lightness counts
_SPECK = 64.0  # pixels at 512 x 512
_ON_LINE = 24.0  # a colour this near to the line from key to garment is a mixture of the two


def cut_out(generated: Image8, original: Image8, mask: Image8, background: Colour, draft: Image8 | None = None) -> Image8:
    """Take the key colour out of a generated crop -> H x W x 4, straight alpha, free of the key's colour.

    generated: H x W x 3; original: H x W x 4, the sprite's own crop; mask: H x W, where the model drew (outside it
    the old alpha is the truth); draft: H x W x 4, which may be of the key's own colour somewhere. Difference matting: C = a F +
    (1 - a) B with the garment's colour F from the nearest sure pixels and B the key as the model reproduced it (the blue-screen
    case of Smith and Blinn 1996).
    """
    inside, empty = mask >= 128, original[..., 3] == 0
    picture = generated.astype(np.float32)
    ground = _ground(picture[empty & ~inside], background)
    distance = np.sqrt(((picture - ground) ** 2).sum(axis=-1))
    near = _noise(distance[empty & ~inside])
    solid = np.where(inside, distance >= near, original[..., 3] >= 128)
    cloud = connected(_like(picture, ground, _CLOUD) | ~solid, ~solid) & inside
    if draft is not None:
        cloud &= ~(_like(draft[..., :3].astype(np.float32), ground, 2 * _CLOUD) & (draft[..., 3] >= 128))
    solid = solid & ~cloud
    solid = drop_specks(fill_holes(_mask(solid), _SPECK), _SPECK) >= 128 if solid.any() else solid
    around_edge = (grow(_mask(~solid), _EDGE) >= 128) & (grow(_mask(solid), _EDGE) >= 128)

    line = _spread(picture, solid & ~around_edge, 2 * _EDGE + 1) - ground
    length = (line**2).sum(axis=-1)
    share = ((picture - ground) * line).sum(axis=-1) / np.maximum(length, 1)
    off_line = np.sqrt(((picture - ground - share[..., None] * line) ** 2).sum(axis=-1))
    is_mixture = (length > (2 * near) ** 2) & (off_line < _ON_LINE)
    contrast = np.maximum(0.85 * _largest_around(distance), 2 * near)  # of the outline itself, where F is another colour
    alpha = np.where(is_mixture, share, (distance - near / 2) / (contrast - near / 2)).clip(0, 1)
    alpha = np.where(around_edge, alpha, solid)

    sure = solid & (alpha >= 0.6)
    cleaned = (ground + (picture - ground) / np.where(sure, alpha, 1)[..., None]).clip(0, 255)
    colour = _spread(cleaned.astype(np.float32), sure | ~inside, 3 * _EDGE)
    alpha = np.where(inside, alpha, original[..., 3] / np.float32(255))
    return with_alpha(_levels(colour), _levels(alpha * 255))


def _like(picture: Float, ground: Float, reach: float) -> NDArray[np.bool_]:
    """H x W, of the key's colour as a model dreams it on, also lighter or darker than it was told."""
    scale = np.array([_CLOUD_LIGHT, 1, 1], np.float32)
    lab, key = calm_lab(picture) * scale, calm_lab(ground[None, None]) * scale
    return np.asarray(np.linalg.norm(lab - key, axis=-1) < reach)


def _ground(samples: Float, background: Colour) -> Float:
    """The key colour as it came back through the model; near the one that went in, whatever was drawn there."""
    wanted = np.asarray(background, np.float32)
    if len(samples) < 64:
        return wanted
    return np.clip(np.median(samples, axis=0), wanted - 40, wanted + 40).astype(np.float32)


def _noise(distances: Float) -> float:
    """How far plain key pixels stray from their colour."""
    return float(np.clip(1.5 * np.percentile(distances, 90), 16, 40)) if len(distances) >= 64 else 24.0


def _mask(region: NDArray[np.bool_]) -> Image8:
    return region.astype(np.uint8) * np.uint8(255)


def _largest_around(plane: Float) -> Float:
    """The largest value within `_EDGE` pixels along both axes."""
    for axis in (0, 1):
        wide = np.pad(plane, [(_EDGE, _EDGE) if axis == side else (0, 0) for side in (0, 1)])
        plane = np.lib.stride_tricks.sliding_window_view(wide, 2 * _EDGE + 1, axis).max(axis=-1)
    return plane


def _spread(picture: Float, known: NDArray[np.bool_], steps: int) -> Float:
    """Carry the colours of known pixels outwards, one pixel a step, as the mean of the known neighbours."""
    height, width = known.shape
    colour, weight = np.where(known[..., None], picture, 0), known.astype(np.float32)
    for _ in range(steps):
        sums, count = np.zeros_like(colour), np.zeros_like(weight)
        wide_colour, wide_weight = np.pad(colour, ((1, 1), (1, 1), (0, 0))), np.pad(weight, 1)
        for row in range(3):
            for column in range(3):
                sums += wide_colour[row : row + height, column : column + width]
                count += wide_weight[row : row + height, column : column + width]
        new = (weight == 0) & (count > 0)
        colour[new] = sums[new] / count[new][:, None]
        weight[new] = 1
    return np.where(weight[..., None] > 0, colour, picture).astype(np.float32)


def paste(original: Image8, generated: Image8, crop: Crop, mask: Image8, limit: Image8 | None = None) -> Image8:
    """Lay a generated crop into the picture -> H x W x 4; a new array, bit-identical wherever `mask` is 0.

    original: H x W x 4; generated: crop.height x crop.width x 3, or x 4 from `cut_out`; mask: H x W composite mask,
    0..255 = share of the new picture; limit: H x W, the most opaque a sprite may become (`mask.loosen`): where it is
    0 nothing changes either. Blends premultiplied colours.
    """
    result = original.copy()
    box, restored = _restored(generated, crop, original)
    for rows in strips(restored.shape):
        area = _within(box, rows)
        new, share, cover = _shares(restored[rows], mask[area], None if limit is None else limit[area])
        old = original[area].astype(np.float32)
        old_part = (1 - share) * old[..., 3] / 255
        new_part = share * cover
        alpha = old_part + new_part
        colour = old[..., :3] * old_part[..., None] + new * new_part[..., None]
        colour = np.where(alpha[..., None] > 0, colour / np.maximum(alpha, 1e-6)[..., None], new)
        changed = share > 0
        result[area][changed] = with_alpha(_levels(colour), _levels(alpha * 255))[changed]
    return result


def _restored(generated: Image8, crop: Crop, original: Image8) -> tuple[tuple[slice, slice], Image8]:
    """Where a crop lies in a picture, and what of it does, h x w x 3 or 4."""
    area, box = crop.windows((original.shape[1], original.shape[0]))
    return area, crop.restore(generated)[box]


def _within(box: tuple[slice, slice], rows: slice) -> tuple[slice, slice]:
    """Some rows of a box, as the picture counts them."""
    return slice(box[0].start + rows.start, box[0].start + rows.stop), box[1]


def _shares(restored: Image8, mask: Image8, limit: Image8 | None) -> tuple[Float, Float, Float]:
    """Of a piece of a restored crop its colours, the mask's share 0..1, and its own alpha 0..1. mask, limit: the same piece."""
    share = np.asarray(mask / 255, np.float32)
    cover = np.ones_like(share)
    if restored.shape[2] == 4:
        cover *= restored[..., 3] / 255
    if limit is not None:
        share[limit == 0] = 0
        np.minimum(cover, limit.astype(np.float32) / 255, out=cover)
    return restored[..., :3].astype(np.float32), share, cover


_SAME = 20  # levels


def outfit_layer(
    original: Image8,
    generated: Image8,
    crop: Crop,
    mask: Image8,
    limit: Image8 | None = None,
    garment: Image8 | None = None,
) -> Image8:
    """The new outfit alone -> H x W x 4, transparent elsewhere, in colours that no old pixel was blended into.

    Arguments as for `paste`. garment: H x W, 255 = clothing in the new picture, where a parser knows; without it,
    what the model drew as it had been (skin, background) is left out.
    """
    layer = np.zeros_like(original)
    box, restored = _restored(generated, crop, original)
    worn = np.empty(restored.shape[:2], np.bool_)
    for rows in strips(restored.shape):
        area = _within(box, rows)
        if garment is not None:
            worn[rows] = garment[area] >= 128
        else:
            new, share, _ = _shares(restored[rows], mask[area], None if limit is None else limit[area])
            old = original[area]
            differs = np.abs(old[..., :3] - new).max(axis=-1) > _SAME
            worn[rows] = (share > 0) & (differs | (old[..., 3] < 128))
    if garment is None and worn.any():
        worn = drop_specks(fill_holes(_mask(worn), 4 * HOLE_AREA)) >= 128
    for rows in strips(restored.shape):
        area = _within(box, rows)
        new, share, cover = _shares(restored[rows], mask[area], None if limit is None else limit[area])
        alpha = _levels(share * cover * worn[rows] * 255)
        layer[area] = np.where(alpha[..., None] > 0, with_alpha(_levels(new), alpha), np.uint8(0))
    return layer
