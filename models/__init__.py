"""Networks and how they are loaded; knows no other room.

Importing anything from here first makes sure that torchvision can be imported, whenever somebody does: diffusers and
transformers need it. Nothing is imported for that now, as the list of models is asked for before any of them is loaded.
"""

from models.torchvision_cure import cure_torchvision

cure_torchvision()
