# SPDX-License-Identifier: MIT
"""Statistics of the live measurements: nothing here needs more than the list of numbers it gets."""

import math


def percentile(values, percent):
    """The smallest value that at least `percent` of all are not above."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def interval(values):
    """(middle, low, high): where the values lie, with its 95 % interval.

    Median of all pairwise averages (Hodges and Lehmann) and the interval that belongs to Wilcoxon's
    signed ranks: a burst of other work on the machine moves neither, normality is not assumed, and
    the same numbers always give the same interval.
    """
    count = len(values)
    averages = sorted((values[i] + values[j]) / 2 for i in range(count) for j in range(i, count))
    total = len(averages)
    spread = 1.96 * math.sqrt(count * (count + 1) * (2 * count + 1) / 24)
    cut = max(0, int(math.floor(total / 2 - spread)))
    return median(averages), averages[cut], averages[total - 1 - cut]


def pair_up(series):
    """Prices from [(name, value)...] in order of time, every second one being the plain case "".

    Each priced value makes a pair with the plain one right before it, the next of that name with
    the one right after it, and so on: slow drift cancels out. One against one, never against a
    mean of two: times have a long tail upwards, which makes a mean of two more often larger than a
    single one. Gives {name: [logarithm of the ratio...]}.
    """
    pairs = {}
    for before, priced, after in zip(series[0::2], series[1::2], series[2::2]):
        assert before[0] == after[0] == ""
        known = pairs.setdefault(priced[0], [])
        known.append(math.log(priced[1] / (before, after)[len(known) % 2][1]))
    return pairs


def price(logarithms):
    """(middle, low, high) in percent."""
    return tuple(100 * math.expm1(value) for value in interval(logarithms))
