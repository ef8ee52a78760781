"""The yardstick of the draft: pictures that were drawn once and are never drawn again, garments that no draft knows, and
other artists' pictures dressed in their own clothes. Nothing is tuned on any of it."""
