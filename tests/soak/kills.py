"""The killer of kills.sh: kills.py SUPERVISOR_PID LOG SECONDS. One random worker a second gets
SIGKILL; says how long each replacement took until it served, and how many connections the
supervisor counted as open in the dead ones."""
import os
import random
import re
import signal
import sys
import time

supervisor, log, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
READY = b" is ready"


def workers():
    with open(f"/proc/{supervisor}/task/{supervisor}/children") as children:
        return [int(pid) for pid in children.read().split()]


def said():
    with open(log, "rb") as lines:
        return lines.read()


seed = random.randrange(1 << 32)
random.seed(seed)
end, times, kills = time.monotonic() + seconds, [], 0
while time.monotonic() < end:
    begun = time.monotonic()
    before = said().count(READY)
    os.kill(random.choice(workers()), signal.SIGKILL)
    kills += 1
    while said().count(READY) == before and time.monotonic() < begun + 40:
        time.sleep(0.001)  # as fine as the times are told
    times.append(time.monotonic() - begun)
    os.kill(supervisor, 0)  # raises if it has gone
    time.sleep(max(0.0, 1 - (time.monotonic() - begun)))  # once a second is the test
open_ones = sum(int(n) for n in re.findall(rb"on (\d+) connections", said()))
times.sort()
print(f"seed={seed} kills={kills} replaced_median_ms={times[len(times) // 2] * 1000:.0f} "
      f"replaced_most_ms={times[-1] * 1000:.0f} open={open_ones}")
