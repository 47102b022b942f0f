"""Random numbers, of the generator that philox.py says. Seeds are attributes, inputs or the user's; draws are counted from 0."""
import math
import statistics

import numpy as np
from differential import philox
from differential.mindir import K, N, TYPE_IDS, X
from differential.mindir_operators.formulas import floats
I32, I64, F16 = TYPE_IDS["int32"], TYPE_IDS["int64"], TYPE_IDS["float16"]
SEED = 0x123456789ABCDEF
GENERATED = SEED & 0xFFFFFFFF, SEED >> 32
USERS = 0x2468ACE13579BDF  # --seed, for nodes that have no seed of their own


def Draw(*shape, key=(USERS & 0xFFFFFFFF, USERS >> 32), **options):
    return philox.Draw(*shape, key=key, **options)


def gamma(alpha, turns=20):
    """G. Marsaglia's and W. W. Tsang's: a normal number of one turn, a uniform one of the next."""
    d = np.where(alpha < 1, alpha + 1, alpha) - 1 / 3
    value = np.zeros(alpha.shape)
    for turn in range(1, 2 * turns, 2):
        x, u = Draw(*alpha.shape, turn=turn).normal(np.float32).astype(np.float64), 1 - Draw(*alpha.shape, turn=turn + 1).uniform().astype(np.float64)
        cube = (1 + x / np.sqrt(9 * d)) ** 3
        with np.errstate(invalid="ignore"):
            taken = (value == 0) & (np.log(u) < x * x / 2 + d - d * cube + d * np.log(cube))
        value = np.where(taken, cube, value)
    assert value.all()
    return d * value * np.where(alpha < 1, (1 - Draw(*alpha.shape).uniform()) ** (1 / alpha), 1)


def poisson(rate, turns=200):
    """How many exponential numbers, one of each turn, sum up to the rate."""
    times = np.cumsum([-np.log1p(-Draw(*rate.shape, turn=turn).uniform().astype(np.float64)) for turn in range(turns)], 0)
    assert (times[-1] > rate).all()
    return (times <= rate).sum(0)


def rows():
    seed, offset = K(np.int64(SEED)), K(np.int64(12))
    tuple_ = (3, 5)
    x = np.full((3, 5), 0.3, np.float32)
    draw, seeded, generated = Draw(3, 5), Draw(3, 5, key=(7, 9)), Draw(3, 5, key=GENERATED)

    yield N("StandardNormal", tuple_, seed=7, seed2=9), seeded.normal()
    yield N("StandardNormal", tuple_, shape=(X(3, 5, dtype="float64"),)), draw.normal(np.float64)
    yield N("UniformReal", tuple_), draw.uniform()
    yield N("UniformReal", K(np.int32([3, 5])), seed=7, seed2=9), seeded.uniform()
    yield N("UniformReal", tuple_, shape=(X(3, 5, dtype="float64"),)), draw.uniform(np.float64)
    yield N("UniformInt", tuple_, K(np.int32(-3)), K(np.int32(9))), draw.between(-3, 9).astype(np.int32)
    sign = np.where(draw.words[2] >> 31, 1, -1)
    yield N("StandardLaplace", tuple_), sign * np.log1p(-draw.uniform(np.float32).astype(np.float64)).astype(np.float32)
    share = math.erf(math.sqrt(2))  # of what is within two deviations
    inverse = np.vectorize(lambda u: statistics.NormalDist().inv_cdf((1 + share * (2 * u - 1)) / 2))
    yield N("TruncatedNormal", K(np.int32([3, 5]))), inverse(draw.uniform().astype(np.float64)).astype(np.float32)
    yield N("Cauchy", size=tuple_, sigma=0.5, median=2.0), (2 + 0.5 * np.tan(np.pi * (draw.uniform() - 0.5))).astype(np.float32)
    yield N("LogNormalReverse", x, mean=0.5, std=0.25), np.exp(0.5 + 0.25 * draw.normal())
    orders = np.float32([0.3, 1, 2.5, 40])
    yield N("RandomGamma", K(np.int32([6, 2])), orders), gamma(np.broadcast_to(orders.astype(np.float64), (6, 2, 4))).astype(np.float32)
    rates = np.float32([0, 0.4, 3, 60])
    yield N("RandomPoisson", K(np.int32([6, 2])), rates), poisson(np.broadcast_to(rates.astype(np.float64), (6, 2, 4)))
    yield N("NonDeterministicInts", tuple_, shape=(X(3, 5, dtype="int32"),)), draw.words[0].astype(np.int32)
    yield N("NonDeterministicInts", tuple_, shape=(X(3, 5, dtype="int64"),)), draw.wide().astype(np.int64)

    yield N("RandExt", tuple_, seed, offset, None), generated.uniform()
    yield N("RandExt", tuple_, seed, offset, F16), generated.uniform(np.float16)
    yield N("Randn", tuple_, seed, offset, None), generated.normal()
    yield N("RandLikeExt", x, seed, offset, None), generated.uniform()
    yield N("RandLikeExt", x.astype(np.float16), seed, offset, None), generated.uniform(np.float16)
    yield N("RandnLike", x, seed, offset, None), generated.normal()
    yield N("RandInt", -5, 1 << 40, tuple_, seed, offset, None), generated.between(-5, 1 << 40)
    yield N("RandIntLike", x.astype(np.int32), 2, 9, seed, offset, None), generated.between(2, 9).astype(np.int32)
    yield N("UniformExt", x, -1.0, 3.0, seed, offset), generated.uniform() * 4 - 1
    # The seed may be data.
    yield N("Uniform", x, -1.0, 3.0, np.array(SEED), offset), generated.uniform() * 4 - 1
    yield N("Normal", x, 2.0, 3.0, seed, offset), generated.normal() * 3 + 2
    yield N("Exponential", x, 2.0, seed, offset), (-np.log1p(-generated.uniform().astype(np.float64)) / 2).astype(np.float32)
    yield N("Random", x, 2, 90, seed, offset), generated.between(2, 90).astype(np.float32)
    yield N("Random", x.astype(np.int64), 0, None, seed, offset), (generated.wide() % np.uint64(2**63 - 1)).astype(np.int64)
    yield N("NormalTensorTensor", x, x[:, :1] + 1, seed, offset), x + (x[:, :1] + 1) * generated.normal()
    yield N("NormalTensorFloat", x, 2.0, seed, offset), x + 2 * generated.normal()
    yield N("NormalFloatTensor", 2.0, x, seed, offset), 2 + x * generated.normal()
    yield N("NormalFloatFloat", 2.0, 3.0, tuple_, seed, offset), 2 + 3 * generated.normal()
    state = N("Generator", 0, (seed, offset, 12))
    yield N("RandExt", tuple_, N("TupleGetItem", state, 0), N("TupleGetItem", state, 1), None), generated.uniform()

    order = Draw(7).permutation()
    yield N("RandomShuffle", np.arange(14, dtype=np.float32).reshape(7, 2)), np.arange(14, dtype=np.float32).reshape(7, 2)[order]
    yield N("RandpermV2", 7, 3, 4, I64), Draw(7, key=(3, 4)).permutation()
    yield N("RandpermV2", 7, 0, 0, I64), Draw(7, key=(0, 0)).permutation()
    yield N("RandpermV2", 7, -1, 0, I64), order
    yield N("RandpermExt", 7, seed, offset, I32), Draw(7, key=GENERATED).permutation().astype(np.int32)
    yield N("Randperm", K(np.int32([7])), max_length=9, pad=-1, dtype=I32), np.concatenate([order, [-1, -1]]).astype(np.int32)

    chances = np.linspace(0, 1, 15, dtype=np.float32).reshape(3, 5)
    yield N("Bernoulli", x, chances, seed=7, offset=9), (seeded.uniform() < chances).astype(np.float32)
    yield N("Bernoulli", x, K(np.float32(0.3))), (draw.uniform() < np.float32(0.3)).astype(np.float32)
    yield N("Bernoulli", x, K(np.float32(0.3)), seed=-1, offset=0), (draw.uniform() < np.float32(0.3)).astype(np.float32)
    yield N("Bernoulli", x, chances, seed=0), (Draw(3, 5, key=(0, 0)).uniform() < chances).astype(np.float32)
    yield N("BernoulliExt", chances, seed, offset), (generated.uniform() < chances).astype(np.float32)
    yield N("BernoulliScalar", x, 0.4, seed, offset), (generated.uniform() < np.float32(0.4)).astype(np.float32)
    yield N("BernoulliTensor", x, chances, seed, offset), (generated.uniform() < chances).astype(np.float32)

    values = floats(np.random.default_rng(4), 3, 5)
    keeps = lambda draw, keep: draw.uniform() < np.float32(keep)
    dropped = lambda values, draw, keep: np.where(keeps(draw, keep), values / keep, 0).astype(np.float32)
    yield N("Dropout", values, 0.7, 0, 0), {0: dropped(values, draw, 0.7), 1: keeps(draw, 0.7).astype(np.float32)}
    yield N("Dropout", values, keep_prob=0.7, Seed0=7, Seed1=9), {0: dropped(values, seeded, 0.7)}
    yield N("Dropout", values, 0.0, 0, 0), {0: np.zeros_like(values)}
    yield N("DropoutExt", values, 0.3, seed, offset), {0: dropped(values, generated, 0.7)}
    yield N("FuncDropoutExt", values, 0.3, True, False, seed, offset), dropped(values, generated, 0.7)
    yield N("FuncDropoutExt", values, 0.3, False, False, seed, offset), values
    images = floats(np.random.default_rng(5), 3, 5, 2, 4)
    yield N("Dropout2D", images, keep_prob=0.6), {0: dropped(images, Draw(3, 5, 1, 1), 0.6),
                                                1: np.broadcast_to(keeps(Draw(3, 5, 1, 1), 0.6), images.shape)}
    volumes = floats(np.random.default_rng(6), 3, 5, 2, 4, 2)
    yield N("Dropout3D", volumes, keep_prob=0.6), {0: dropped(volumes, Draw(3, 5, 1, 1, 1), 0.6)}
    yield N("Dropout2dExt", images, 0.4, True, False, seed, offset), dropped(images, Draw(3, 5, 1, 1, key=GENERATED), 0.6)

    weights = np.float32([[1, 0, 3, 0.5, 0], [0, 0, 0, 2, 0], [4, 4, 4, 4, 4]])
    samples = Draw(3, 40)
    yield N("Multinomial", weights, 40), samples.classes(weights).astype(np.int32)
    yield N("Multinomial", weights[0], 40, seed=7, seed2=9), Draw(40, key=(7, 9)).classes(weights[0]).astype(np.int32)
    yield N("MultinomialExt", weights, 40, True, seed, offset), Draw(3, 40, key=GENERATED).classes(weights)
    yield N("MultinomialWithReplacement", weights, seed, offset, numsamples=40), Draw(3, 40, key=GENERATED).classes(weights)
    with np.errstate(divide="ignore"):
        keys = np.where(weights > 0, np.log1p(-generated.uniform()) / weights, -np.inf)
    yield N("MultinomialExt", weights[2:], 3, False, seed, offset), np.argsort(np.log1p(-Draw(1, 5, key=GENERATED).uniform()), -1)[:, :1:-1]
    yield N("MultinomialExt", weights[:1], 3, False, seed, offset), np.argsort(-keys[:1], -1, kind="stable")[:, :3]
    logits = floats(np.random.default_rng(7), 3, 5)
    chances = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    yield N("RandomCategorical", logits, 40, 7), Draw(3, 40, key=(7, 0)).classes(chances)

    mask = np.arange(15).reshape(3, 5) % 3 != 1
    numbers = np.where(mask, (Draw(3, 5).wide() >> np.uint64(1)).astype(np.int64), -1).ravel()
    best = np.argsort(-numbers, kind="stable")
    there = np.arange(12) < mask.sum()
    places = np.where(there, best[:12], 0)
    yield N("RandomChoiceWithMask", mask, count=12), {0: np.stack([places // 5, places % 5], 1).astype(np.int32), 1: there}
    yield N("RandomChoiceWithMask", mask, count=3), {0: np.stack([places[:3] // 5, places[:3] % 5], 1).astype(np.int32), 1: there[:3]}
    yield N("RandomChoiceWithMask", mask, count=20), {1: np.arange(20) < mask.sum()}
