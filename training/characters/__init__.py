"""Characters drawn as layered vector art, each with exact labels, captions, lines, pose and depth."""

from training.characters.character import Drawing, Person, draw, draw_outfit, outfit_body, style_of

__all__ = ["Drawing", "Person", "draw", "draw_outfit", "outfit_body", "style_of"]
