"""Things in hands: weapons, tools, vessels, books, flowers, animals. Each is a row: how it is held, and a drawing function.

What the fingers close round lies below them; blades, shafts and straps lie over the clothes.
"""

from __future__ import annotations

from dataclasses import dataclass

from training.characters.grips import (
    ACROSS,
    AIM,
    BENT,
    DOWN,
    FORWARD,
    FRONT,
    HANGING,
    HUG,
    HUG_LOW,
    PLAY,
    RAISED,
    READY,
    SHOULDERED,
    SIDE,
    TO_MOUTH,
    UP,
    Hold,
    Pair,
    hugged,
    in_both,
    in_hand,
)
from training.characters.held_arms import Draw, bow, pistol, pole, rifle, scabbard, shield, sword
from training.characters.held_goods import (
    animal,
    bag,
    ball,
    balloon,
    bottle,
    box,
    cup,
    fan,
    flowers,
    food,
    furled,
    guitar,
    lantern,
    microphone,
    open_book,
    slab,
    tray,
    umbrella,
)
from training.characters.poses import Arm
from wardrobe.canvas import Layer
from wardrobe.cloth import Cloth


@dataclass(frozen=True)
class Held:
    """weight: how often; draw: layers of the thing; one: ways to hold it in one hand; both: arms that hold it together; hug:
    it lies in front of the chest, not along the line between the hands."""

    weight: float
    draw: Draw
    one: tuple[Hold, ...] = ()
    both: tuple[Pair, ...] = ()
    hug: bool = False


BLADES, POLES = (UP, DOWN, RAISED, FORWARD, ACROSS, SHOULDERED), (SIDE, SIDE, UP, RAISED, ACROSS)
SMALL = (UP, FRONT, BENT, TO_MOUTH)
HELD: dict[str, Held] = {
    "sword": Held(2.0, sword(2.0, 0.085, 0.5, 0.26), BLADES, (READY,)),
    "great sword": Held(0.8, sword(3.0, 0.16, 0.8, 0.36), (SHOULDERED, DOWN, SIDE), (READY,)),
    "katana": Held(1.0, sword(2.2, 0.05, 0.6, 0.1), BLADES, (READY,)),
    "dagger": Held(0.6, sword(0.7, 0.065, 0.32, 0.14), (UP, DOWN, FRONT, FORWARD)),
    "scabbard": Held(0.6, scabbard, (ACROSS, DOWN, SIDE)),
    "staff": Held(1.6, pole(2.2, 2.4, 0.05, "orb"), POLES),
    "crook": Held(0.6, pole(2.2, 2.4, 0.06, "crook"), POLES),
    "stick": Held(0.6, pole(1.6, 2.6, 0.045, ""), POLES, (READY,)),
    "spear": Held(1.0, pole(2.6, 2.4, 0.04, "blade"), POLES, (READY,)),
    "axe": Held(0.6, pole(1.4, 0.5, 0.05, "axe"), BLADES, (READY,)),
    "hammer": Held(0.5, pole(1.3, 0.5, 0.06, "hammer"), BLADES, (READY,)),
    "scythe": Held(0.5, pole(2.2, 1.8, 0.05, "scythe"), POLES),
    "broom": Held(0.6, pole(1.9, 1.6, 0.04, "broom"), (SIDE, ACROSS, DOWN), (READY,)),
    "flag": Held(0.4, pole(2.4, 1.0, 0.04, "flag"), (UP, RAISED, SIDE)),
    "wand": Held(0.8, pole(0.7, 0.15, 0.03, "star"), (UP, FORWARD, RAISED, FRONT)),
    "lollipop": Held(0.5, pole(0.35, 0.15, 0.02, "sweet"), SMALL),
    "net": Held(0.3, pole(1.7, 0.6, 0.035, "net"), (SHOULDERED, UP, SIDE)),
    "bow": Held(0.8, bow, (SIDE, FORWARD, FRONT)),
    "shield": Held(1.4, shield, (FRONT, BENT, HANGING, UP)),
    "pistol": Held(0.8, pistol, (UP, HANGING, FORWARD)),
    "rifle": Held(0.9, rifle, (SHOULDERED,), (AIM, READY)),
    "umbrella": Held(1.0, umbrella, (UP, FRONT)),
    "furled umbrella": Held(0.5, furled, (HANGING, BENT, SIDE)),
    "cup": Held(1.2, cup, SMALL),
    "bottle": Held(0.6, bottle, (*SMALL, HANGING)),
    "flower": Held(0.8, flowers(1), SMALL),
    "bouquet": Held(0.8, flowers(6), (UP, FRONT), (HUG,), True),
    "fan": Held(0.5, fan, (UP, FRONT, TO_MOUTH)),
    "lantern": Held(0.5, lantern, (UP, BENT, HANGING)),
    "phone": Held(1.0, slab(0.13, 0.24, 0.3, True), SMALL),
    "tablet": Held(0.8, slab(0.42, 0.55, 0.1, True), (BENT, FRONT), (HUG, HUG_LOW), True),
    "book": Held(1.4, slab(0.36, 0.46, 0.0, False), (FRONT, BENT, HANGING), (HUG,), True),
    "open book": Held(1.0, open_book, (FRONT,), (HUG, HUG_LOW), True),
    "paper": Held(0.4, slab(0.4, 0.52, 0.2, False), (UP, BENT), (HUG_LOW,), True),
    "handbag": Held(1.0, bag(0.38, 0.5, 0.3), (HANGING, BENT)),
    "shopping bag": Held(0.8, bag(0.42, 0.8, 0.35), (HANGING,)),
    "basket": Held(0.6, bag(0.5, 0.42, 0.45), (HANGING, BENT), (HUG_LOW,)),
    "suitcase": Held(0.6, bag(0.7, 0.9, 0.16), (HANGING,)),
    "bucket": Held(0.4, bag(0.36, 0.55, 0.4), (HANGING,)),
    "ball": Held(0.5, ball, (UP, BENT), (HUG, HUG_LOW), True),
    "balloon": Held(0.4, balloon, (UP, FRONT, HANGING)),
    "tray": Held(0.4, tray, (UP, BENT), (HUG,), True),
    "microphone": Held(0.5, microphone, (FRONT, TO_MOUTH, UP)),
    "food": Held(0.7, food, SMALL),
    "animal": Held(1.6, animal, (), (HUG, HUG_LOW), True),
    "box": Held(0.8, box, (), (HUG, HUG_LOW), True),
    "guitar": Held(1.2, guitar, (), (PLAY,)),
}


@dataclass(frozen=True)
class Holding:
    """A thing in hands. name: row of `HELD`; side: of the leading hand, as seen in the picture; way: of the row's ways to hold
    it, first those in one hand; share: where the angle lies in the way's span."""

    name: str
    side: str
    way: int
    share: float

    @property
    def both(self) -> bool:
        return self.way >= len(HELD[self.name].one)

    def arms(self) -> tuple[Arm | None, Arm | None]:
        """Left and right; None for one that is free."""
        row = HELD[self.name]
        lead, other = row.both[self.way - len(row.one)] if self.both else (row.one[self.way][0], None)
        return (lead, other) if self.side == "l" else (other, lead)


def layers(c: Cloth, holding: Holding) -> list[Layer]:
    """The thing in the figure's hands."""
    row = HELD[holding.name]
    if holding.both:
        return row.draw(c, (hugged if row.hug else in_both)(c.figure, holding.side))
    low, high = row.one[holding.way][1]
    return row.draw(c, in_hand(c.figure, holding.side, low + (high - low) * holding.share))
