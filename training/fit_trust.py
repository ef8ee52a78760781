"""Which limbs of a fitted body are right: errors against the truth, and the weights of `pipeline.doubt`, learnt on drawings.

    python -m training.fit_trust --count 160 [--pictures DIR --fold 0]

Prints the weights as they stand in `pipeline/doubt.py`, and how many limbs would be drawn, and how many of these wrongly. With
--pictures real drawings by the hands of that fold are learnt from too, which the reader had better not know.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.hint_reader import JOINTS
from models.profiles import SEGMENTER
from models.segmenter import load_bundled
from pipeline import body_model as bm
from pipeline.doubt import signs
from pipeline.fit import settled
from training import part_pictures
from training.fit_cases import FitCase, real_cases, restyled_cases
from training.parsing import LABELS
from wardrobe.figure import SIDES

Floats = NDArray[np.float64]

WRONG = 0.05  # of the character's height
PRIOR = 0.1  # of the weights: a Gaussian's precision, so that few cases do not shout
ROUNDS = 30


def limb_errors(found: Mapping[str, Floats], truth: Mapping[str, Floats]) -> dict[str, float]:
    """Pixels by which torso (neck to hips), arms and legs are off: the largest distance of a joint from the other's axis. truth:
    of joints that are in view; limbs of which fewer than two are, are not in the answer."""
    errors = {}
    if truth.keys() >= {"neck", "thigh_l", "thigh_r"}:
        axes = [[joints["neck"], (joints["thigh_l"] + joints["thigh_r"]) / 2] for joints in (found, truth)]
        errors["torso"] = max(_from(point, axes[1 - own]) for own in (0, 1) for point in axes[own])
    for name, chain in bm.CHAINS.items():
        for side in SIDES:
            names = [f"{part}_{side}" for part in chain]
            true = [truth[part] for part in names if part in truth]
            ours = [found[part] for part in names]
            if len(true) > 1:
                off = [_from(point, ours) for point in true] + [_from(point, true) for point in ours[: len(true)]]
                errors[f"{name}_{side}"] = max(off)
    return errors


def _from(point: Floats, line: list[Floats]) -> float:
    """Distance of a point from a polyline."""
    a, b = np.array(line[:-1]), np.array(line[1:])
    t = (((point - a) * (b - a)).sum(1) / ((b - a) ** 2).sum(1).clip(1e-9)).clip(0, 1)
    return float(np.hypot(*(point - a - t[:, None] * (b - a)).T).min())


def height_of(labels: NDArray[np.uint8]) -> float:
    """Of what is seen of the character, pixels."""
    rows = np.flatnonzero((labels > 0).any(1))
    return float(np.ptp(rows) + 1) if len(rows) else float(labels.shape[0])


def table(cases: Iterable[FitCase]) -> dict[str, tuple[Floats, NDArray[np.bool_]]]:
    """Of torso, arm and leg: signs N x F and which are right."""
    rows: dict[str, list[tuple[Floats, bool]]] = {"torso": [], "arm": [], "leg": []}
    for case in cases:
        body = settled(case.evidence)
        if body is None:
            continue
        p, known = body
        view = known.view
        found = {name: place[0] * view.scale + view.origin for name, place in bm.joints(p[None]).items()}
        truth = {name: place for name, place in zip(JOINTS, case.joints, strict=True) if not np.isnan(place).any()}
        errors = limb_errors(found, truth)
        high = height_of(case.evidence.labels)
        for name, values in signs(p, known, case.evidence).items():
            if name in errors:
                rows[name.split("_")[0]].append((values, errors[name] < WRONG * high))
    return {name: (np.array([row[0] for row in pairs]), np.array([row[1] for row in pairs])) for name, pairs in rows.items()}


def logistic(signs: Floats, right: NDArray[np.bool_]) -> Floats:
    """Weights of a logistic regression, the bias first, by Newton's method."""
    x = np.concatenate([np.ones((len(signs), 1)), signs], 1)
    prior = PRIOR * np.diag([0.0, *np.ones(signs.shape[1])]) + 1e-6 * np.eye(x.shape[1])
    weights = np.zeros(x.shape[1])
    for _ in range(ROUNDS):
        odds = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (odds - right) + prior @ weights
        weights -= np.linalg.solve((x * (odds * (1 - odds))[:, None]).T @ x + prior, slope)
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.fit_trust", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=160, help="drawings to learn from (default: %(default)s)")
    parser.add_argument("--pictures", type=Path, help="folder of real pictures whose joints are told in --labels")
    parser.add_argument("--labels", type=Path, nargs="+", default=[LABELS], help="default: %(default)s")
    parser.add_argument("--fold", type=int, default=0, help="of the hands (default: %(default)s)")
    options = parser.parse_args()
    segmenter = load_bundled(SEGMENTER)
    cases: Iterable[FitCase] = restyled_cases(segmenter, options.count)
    if options.pictures:
        _, left_out = part_pictures.split(part_pictures.read(options.pictures, tuple(options.labels)), options.fold)
        cases = [*cases, *real_cases(segmenter, left_out)]
    for name, (values, right) in table(cases).items():
        weights = logistic(values, right)
        odds = 1 / (1 + np.exp(-(weights[0] + values @ weights[1:])))
        print(
            f'    "{name}": ({", ".join(f"{weight:.2f}" for weight in weights)}),  # {len(right)} limbs, {right.mean():.3f} right'
        )
        for least in (0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8):
            drawn = odds >= least
            print(f"    # from {least}: {drawn.mean():.3f} drawn, of these wrong {1 - right[drawn].mean():.3f}")


if __name__ == "__main__":
    main()
