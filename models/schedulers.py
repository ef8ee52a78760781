"""The scheduler classes that `models.samplers` names."""

from __future__ import annotations

from diffusers import DDIMScheduler as DDIMScheduler
from diffusers import DPMSolverMultistepScheduler as DPMSolverMultistepScheduler
from diffusers import EulerAncestralDiscreteScheduler as EulerAncestralDiscreteScheduler
from diffusers import EulerDiscreteScheduler as EulerDiscreteScheduler
from diffusers import FlowMatchEulerDiscreteScheduler as FlowMatchEulerDiscreteScheduler
from diffusers import LCMScheduler as LCMScheduler
from diffusers import PNDMScheduler as PNDMScheduler
from diffusers import UniPCMultistepScheduler as UniPCMultistepScheduler
from torch import Tensor


class FlowEuler(FlowMatchEulerDiscreteScheduler):
    """Euler's method for rectified flow (arXiv:2209.03003), with the interface that the others share."""

    init_noise_sigma = 1.0

    def scale_model_input(self, sample: Tensor, timestep: Tensor) -> Tensor:
        return sample

    def add_noise(self, original: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        noised: Tensor = self.scale_noise(original, timesteps, noise)
        return noised
