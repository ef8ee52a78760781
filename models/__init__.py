"""Networks and how they are loaded; knows no other room.

Importing anything from here first makes sure that torchvision can be imported: diffusers and transformers need it.
"""

from models.torchvision_cure import ensure_torchvision

ensure_torchvision()
