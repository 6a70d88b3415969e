"""One clock for enact and the world, which may be slower than the one on the wall."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Pace:
    """Seconds that pass for the arm in a second, and when its clocks were right: monotonic, and of the day."""

    rate: float
    monotonic: float
    day: float

    @classmethod
    def of(cls, rate):
        return cls(rate, time.monotonic(), time.time())

    def now(self):
        return self.monotonic + (time.monotonic() - self.monotonic) * self.rate

    def of_day(self):
        return self.day + (time.time() - self.day) * self.rate

    def environment(self, folder):
        """The environment in which a program has this clock."""
        if self.rate == 1.0:
            return dict(os.environ)
        library = (folder / "slow_clock.so").resolve()
        source = Path(__file__).with_name("slow_clock.c")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        times = f"{self.rate} {round(self.monotonic * 1e9)} {round(self.day * 1e9)}"
        return {**os.environ, "LD_PRELOAD": str(library), "SLOW_CLOCK": times}
