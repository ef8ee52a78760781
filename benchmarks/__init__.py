"""Timings, by commands; nothing here is imported at work."""

import models  # noqa: F401  first of all: diffusers cannot be imported before torchvision is sound
