"""The benchmark of training steps, on small networks."""

from benchmarks.training_cost import ARMS, measure


def test_the_cost_of_a_step_is_measured_on_real_steps() -> None:
    found = {arm: measure(arm, "small", steps=1, batch=1, side=64) for arm in ARMS}
    assert 0 < found["ControlNet"]["trained"] < found["whole base"]["trained"]
