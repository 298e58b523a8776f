"""One key that expires: the simulation against its formulas, each fix against its price."""

import numpy as np
import pytest

from cachelab.workload.queueing import (
    FIXES,
    loads_expected,
    loads_on_cores,
    stampede,
    xfetch,
)

D = 0.1  # seconds a load takes


def busy(**settings):
    """200 readers a second, for a minute."""
    return stampede(rate=200, load_time=D, ttl=2, seconds=60, **settings)


@pytest.mark.parametrize("rate", [20, 100, 500])
def test_one_and_lambda_d(rate):
    seen = stampede(rate, D, ttl=1, seconds=60)
    assert seen.loads_per_refresh == pytest.approx(loads_expected(rate, D), rel=0.1)


@pytest.mark.parametrize("clients", [5, 20, 100])
def test_clients_that_think(clients):
    """The first misses, and each of the others comes back before it has loaded with the chance 1 − 1/e."""
    seen = stampede(load_time=D, ttl=1, seconds=60, clients=clients, think=D)
    assert seen.loads_per_refresh == pytest.approx(1 + (clients - 1) * (1 - np.exp(-1)), rel=0.1)


@pytest.mark.parametrize(("cores", "arriving"), [(1, 2), (2, 4), (2, 6), (4, 6), (8, 4)])
def test_shared_cores_explode(cores, arriving):
    runs = [
        stampede(arriving / D, D, 1e9, 3, database="cores", capacity=cores, warm=False, seed=seed).loads
        for seed in range(60)
    ]
    expected = loads_on_cores(arriving / D, D, cores)
    assert np.mean([len(loads) for loads in runs]) == pytest.approx(expected, rel=0.25)
    assert cores > 4 or expected > loads_expected(arriving / D, D)


def test_a_line_serves_so_many_at_once():
    seen = stampede(rate=50, load_time=1, ttl=1e9, seconds=5, database="line", capacity=2, warm=False)
    first = np.sort(seen.came[:2])
    assert seen.most_at_once == 2
    assert np.nanmin(seen.waits) == 0 and seen.waits[0] == pytest.approx(1.0)
    assert seen.waits[4] > 2 - (seen.came[4] - first[0])  # behind two pairs


def test_every_fix_and_its_price():
    nothing, lock = busy(), busy(fix="lock")
    assert nothing.loads_per_refresh > 15
    assert busy(fix="flight").loads_per_refresh == lock.loads_per_refresh == 1
    assert busy(fix="flight", processes=4).loads_per_refresh == pytest.approx(4, abs=0.3)
    assert lock.wait(1) == pytest.approx(D, abs=0.02)  # who waits, waits for the load
    stale = busy(fix="stale")
    assert stale.loads_per_refresh == 1 and stale.wait(1) == 0
    assert max(stale.staleness) == pytest.approx(D, abs=0.05)
    assert busy(fix="xfetch+lock").loads_per_refresh == 1


@pytest.mark.parametrize(("share", "loads"), [(0.5, 2), (0.25, 4)])
def test_a_lock_shorter_than_the_load_loads_again(share, loads):
    assert busy(fix="lock", lock_ttl=share * D).loads_per_refresh == pytest.approx(loads, abs=0.1)


def test_a_dead_holder_makes_all_wait_out_its_lock():
    seen = busy(fix="lock", dies=0.3, lock_ttl=5)
    assert seen.wait(1) > 4.5
    assert busy(fix="lock", dies=0.3, lock_ttl=0.5).wait(1) < 2.5


def test_the_token_matters_when_loads_fail():
    def failing(owned):
        return stampede(
            50, 1.0, 1e9, 30, fix="lock", lock_ttl=0.4, poll=0.02, fails=1, varies=0.1, owned=owned,
            warm=False, clients=50,
        )  # fmt: skip

    assert failing(owned=True).most_at_once == 3
    assert failing(owned=False).most_at_once > 6
    assert len(failing(owned=False).loads) > 2 * len(failing(owned=True).loads)


@pytest.mark.parametrize("beta", [0.5, 1, 2])
def test_xfetch_loads_e_to_one_over_beta(beta):
    seen = stampede(500, D, 3, 300, fix="xfetch", beta=beta)
    assert seen.loads_per_refresh == pytest.approx(xfetch.loads_per_refresh(beta), rel=0.2)


def test_xfetchs_gap_and_what_it_cannot_do():
    seen = stampede(100, D, 3, 300, fix="xfetch")
    period = 300 / len(seen.per_refresh)
    assert period == pytest.approx(3 - xfetch.mean_gap(100, D) + D, abs=0.06)
    cold = stampede(100, D, 3, 2, fix="xfetch", warm=False)
    assert cold.per_refresh[0] > 6  # nothing to refresh early
    rare = stampede(2, D, 2, 600, fix="xfetch").loads_per_refresh
    assert rare == pytest.approx(stampede(2, D, 2, 600).loads_per_refresh, abs=0.15)
    assert busy(fix="xfetch", delta=D / 10).loads_per_refresh > 15
    assert len(busy(fix="xfetch", delta=10 * D).loads) > 5 * len(busy(fix="xfetch").loads)


def test_the_density_is_one():
    gaps = np.linspace(-0.5, 3, 4000)
    density = xfetch.gap_density(gaps, 100, D)
    assert np.trapezoid(density, gaps) == pytest.approx(1, abs=1e-3)
    assert np.trapezoid(gaps * density, gaps) == pytest.approx(xfetch.mean_gap(100, D), abs=1e-3)


def test_a_chance_for_a_refresh_is_the_chance_of_the_dice():
    draws = np.random.default_rng(1).random(20_000)
    early = np.mean([xfetch.refresh_now(9.9, 10, D, draw) for draw in draws])
    assert early == pytest.approx(np.exp(-1), abs=0.01)
    assert xfetch.refresh_now(10, 10, D, 0.0)


@pytest.mark.parametrize("fix", FIXES)
def test_the_same_seed_is_the_same_run(fix):
    runs = [stampede(seconds=3, fix=fix, dies=0.2, varies=0.2, seed=5) for _ in range(2)]
    assert runs[0].loads == runs[1].loads
    assert np.array_equal(runs[0].waits, runs[1].waits, equal_nan=True)


def test_too_many_are_refused():
    seen = stampede(1000, 1.0, 10, 3, clients=20, warm=False)
    assert seen.refused > 500 and seen.most_at_once == 20


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="fix='mutex': one of none, flight"):
        stampede(fix="mutex")
    with pytest.raises(ValueError, match="database='postgres': one of delay, line, cores"):
        stampede(database="postgres")
    with pytest.raises(ValueError, match="lock_ttl=0: must be above 0"):
        stampede(lock_ttl=0)
    with pytest.raises(ValueError, match="dies=2: a share"):
        stampede(dies=2)
    with pytest.raises(ValueError, match="at most 2,000,000"):
        stampede(rate=1e6)
