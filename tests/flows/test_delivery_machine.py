"""The delivery core under thousands of schedules: never two effects, never ahead of the partner, all there in the end."""

from __future__ import annotations

from random import Random

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.flows.delivery_simulation import DOSSIERS, EVENTS, FAULTS, WORKERS, Simulation

SCHEDULES, STEPS = 2_000, 14
BEGUN: list[Simulation] = []

dossiers = st.integers(1, DOSSIERS)
steps = st.integers(0, EVENTS - 1)
workers = st.integers(1, WORKERS)
plans = st.lists(st.sampled_from(FAULTS), max_size=4)


@pytest.fixture(scope="module")
def simulation(tmp_path_factory):
    one = Simulation(f"sqlite:///{tmp_path_factory.mktemp('simulation') / 'hub.db'}")
    BEGUN.append(one)
    with structlog.testing.capture_logs():  # defects of the model are told at length
        yield one
    BEGUN.clear()
    one.close()


class Machine(RuleBasedStateMachine):
    """Hypothesis looks for a schedule that breaks it, and makes it small."""

    def __init__(self) -> None:
        super().__init__()
        self.simulation = BEGUN[0]
        self.simulation.begin()

    @rule(number=dossiers, form=st.integers(0, 5))
    def put(self, number, form):
        self.simulation.put(number, form)

    @rule(number=dossiers, step=steps, from_channel=st.sampled_from((False, False, True)))
    def tell(self, number, step, from_channel):
        self.simulation.tell(number, step, from_channel=from_channel)

    @rule(worker=workers, limit=st.integers(1, 3))
    def claim(self, worker, limit):
        self.simulation.claim(worker, limit)

    @rule(worker=workers, faults=plans)
    def push(self, worker, faults):
        self.simulation.push(worker, faults)

    @rule(worker=workers)
    def settle(self, worker):
        self.simulation.settle(worker)

    @rule(worker=workers)
    def crash(self, worker):
        self.simulation.crash(worker)

    @rule(seconds=st.sampled_from((0.5, 2.5, 11.0)))
    def wait(self, seconds):
        self.simulation.wait(seconds)

    @rule(paused=st.booleans())
    def pause(self, paused):
        self.simulation.pause(paused)

    @rule()
    def replay(self):
        self.simulation.replay()

    @invariant()
    def it_holds(self):
        self.simulation.check()

    def teardown(self):
        self.simulation.quiesce()


def test_hypothesis_finds_no_schedule_that_breaks_it(simulation):
    wish = settings(
        max_examples=120, stateful_step_count=25, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )  # fmt: skip
    run_state_machine_as_test(Machine, settings=wish)


@pytest.mark.parametrize("share", range(4))
def test_thousands_of_seeded_schedules_lose_and_double_nothing(simulation, share):
    for seed in range(share, SCHEDULES, 4):
        try:
            play(simulation, seed)
        except AssertionError as problem:
            raise AssertionError(f"seed {seed}: {problem}") from problem


def play(simulation, seed, *, length=STEPS):
    """One schedule that the seed decides."""
    chance = Random(seed)
    simulation.begin()
    for number in range(1, DOSSIERS + 1):
        simulation.put(number, 1)
        simulation.tell(number, chance.randrange(EVENTS))
    for _ in range(length):
        number, worker = chance.randint(1, DOSSIERS), chance.randint(1, WORKERS)
        way = chance.choices(
            ("put", "tell", "claim", "push", "settle", "crash", "wait", "pause", "replay", "turn"),
            (3, 4, 4, 5, 4, 1, 2, 1, 1, 4),
        )[0]
        if way == "put":
            simulation.put(number, chance.randint(0, 5))
        elif way == "tell":
            simulation.tell(number, chance.randrange(EVENTS), from_channel=chance.random() < 0.2)
        elif way == "claim":
            simulation.claim(worker, chance.randint(1, 3))
        elif way == "push":
            simulation.push(worker, chance.choices(FAULTS, k=chance.randint(0, 4)))
        elif way == "wait":
            simulation.wait(chance.choice((0.5, 2.5, 11.0)))
        elif way == "pause":
            simulation.pause(chance.random() < 0.5)
        elif way == "turn":
            simulation.claim(worker, 3)
            simulation.push(worker, chance.choices(FAULTS, k=chance.randint(0, 4)))
        elif way == "replay":
            simulation.replay()
        else:
            {"settle": simulation.settle, "crash": simulation.crash}[way](worker)
        simulation.check()
    simulation.quiesce()
