"""How the bundled model came to be. Stands beside the app: nothing here is imported at work."""

import models  # noqa: F401  first of all: diffusers cannot be imported before torchvision is sound
