"""Outfits one click away: a row is a text key for the chip and the words that are put into the prompt."""

from __future__ import annotations

PRESETS: tuple[tuple[str, str], ...] = (
    ("preset_school", "white sailor top with navy blue sailor collar, navy blue pleated skirt, red neck ribbon, black socks"),
    ("preset_blazer", "navy blue blazer, white shirt, red plaid pleated skirt, red necktie"),
    ("preset_maid", "black maid dress with white apron, white thighhighs"),
    ("preset_gothic", "black gothic dress with dark red frills, black tights"),
    ("preset_kimono", "pink floral kimono with dark red obi"),
    ("preset_summer", "yellow sundress, brown sandals"),
    ("preset_hoodie", "red hoodie, blue jeans, white sneakers"),
    ("preset_sport", "blue tracksuit with white stripes, white sneakers"),
    ("preset_suit", "black suit jacket, white shirt, black trousers, blue necktie"),
    ("preset_winter", "beige coat, brown trousers, red plaid scarf, brown boots"),
    ("preset_knight", "light grey plate armor with gold trim"),
    ("preset_cardigan", "green cardigan, white blouse, brown knee-length skirt"),
)
