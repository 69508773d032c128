"""The stand-in for AWS, a moment further away: each call spends `DELAY` on its way, however many there are at once.

Calls that a program sends without waiting for each other are then on their way together, and how many
rounds of them there are can be read from the log. It takes the arguments of `stand_in.py`.
"""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "moto"))

import stand_in

# Seconds. More than the stand-in itself needs for all the calls of one round.
DELAY = 0.5


class Distant(stand_in.StandIn):
    """The same application behind a long way."""

    def __call__(self, environ, start_response):
        time.sleep(DELAY)
        return super().__call__(environ, start_response)


def rounds(calls):
    """Returns how many of the logged calls can only have been sent one after the other."""
    depth = []
    for call in sorted(calls, key=lambda it: it["at"]):
        sent = call["at"] - DELAY
        # A call is one deeper than the deepest that was answered before it was sent.
        before = (deep for deep, answered in depth if answered <= sent)
        depth.append((max(before, default=0) + 1, call["at"] + call["took"]))
    return max(deep for deep, _ in depth)


if __name__ == "__main__":
    stand_in.StandIn = Distant
    sys.exit(stand_in.main())
