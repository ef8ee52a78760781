"""Samplers as rows: a name the user sees -> a scheduler of diffusers and its settings. To know which there are takes no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sampler:
    """kind: a class of `models.schedulers`; settings: laid over the model's own scheduler configuration; more: steps that it
    takes beyond those it is asked for."""

    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    more: int = 0


SDE = {"algorithm_type": "sde-dpmsolver++"}
KARRAS = {"use_karras_sigmas": True}  # arXiv:2206.00364, equation 5
TRAILING = {"timestep_spacing": "trailing"}  # for few-step models, which begin at pure noise (arXiv:2305.08891, section 3.3)

SAMPLERS = {
    "ddim": Sampler("DDIMScheduler"),
    "ddim_trailing": Sampler("DDIMScheduler", TRAILING),
    "pndm": Sampler("PNDMScheduler", {"skip_prk_steps": True}, more=1),
    "euler": Sampler("EulerDiscreteScheduler"),
    "euler_trailing": Sampler("EulerDiscreteScheduler", TRAILING),
    "euler_a": Sampler("EulerAncestralDiscreteScheduler"),
    "dpm++2m": Sampler("DPMSolverMultistepScheduler"),
    "dpm++2m_karras": Sampler("DPMSolverMultistepScheduler", KARRAS),
    "dpm++2m_sde": Sampler("DPMSolverMultistepScheduler", SDE),
    "dpm++2m_sde_karras": Sampler("DPMSolverMultistepScheduler", SDE | KARRAS),
    "unipc": Sampler("UniPCMultistepScheduler"),
    "lcm": Sampler("LCMScheduler"),
    "flow": Sampler("FlowEuler"),
}


def make_scheduler(name: str, config: Mapping[str, Any]) -> Any:
    """A fresh scheduler (they keep state), with the noise schedule that the model was trained on."""
    from models import schedulers

    sampler = SAMPLERS[name]
    known = {key: value for key, value in config.items() if not key.startswith("_")}
    return getattr(schedulers, sampler.kind).from_config(known, **sampler.settings)


def count_steps(steps: int, strength: float, sampler: str = "ddim") -> int:
    """How many steps are run where so many are asked for, at this strength."""
    asked = min(int(steps * strength), steps)
    return asked + SAMPLERS[sampler].more if asked else 0
