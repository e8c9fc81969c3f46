#!/bin/sh
# Compares dmsrun with lua5.4: start-up, and a loop of 10^7 additions. Run it on a release build:
#
#   cargo build --release && tests/bench/interpreter.sh target/release/dmsrun
#
# The least user and system time of many runs, alternating, is compared, since whatever else the machine
# does only adds to it; on a busy one more runs are made, up to 4 times as many. The bounds: start-up
# within 3 times that of lua5.4 and 10 ms, the loop within 10 %. It ends with 1 where one does not hold.
set -eu
dmsrun=${1:-target/release/dmsrun}
lua=${2:-lua5.4}
runs=${3:-20}
cd "$(dirname "$dmsrun")" && dmsrun=$PWD/$(basename "$dmsrun") && cd - >/dev/null

exec python3 - "$dmsrun" "$lua" "$runs" <<'PYTHON'
import os, subprocess, sys, time

dmsrun, lua, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
LOOP = "local x = 0 for i = 1, 10000000 do x = x + i end"

def once(program, statement):
    begun = time.perf_counter()
    process = subprocess.Popen([program, "-e", statement])
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, (program, status)
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - begun

best = {}

def measure(statement):
    """Runs both; what is kept is the least that was ever seen."""
    for _ in range(runs):
        for program in (lua, dmsrun):
            key = (program, statement)
            best[key] = tuple(map(min, best.get(key, (9e9, 9e9)), once(program, statement)))

def rows():
    """Name, clock, theirs, ours, bound."""
    for index, clock in enumerate(["processor", "wall"]):
        theirs, ours = best[lua, ""][index], best[dmsrun, ""][index]
        yield "start-up", clock, theirs, ours, 3 * theirs + 0.010
        # The loop itself, without the start.
        theirs, ours = best[lua, LOOP][index] - theirs, best[dmsrun, LOOP][index] - ours
        yield "10^7 additions", clock, theirs, ours, 1.10 * theirs

for _ in range(4):
    measure("")
    measure(LOOP)
    failed = any(ours > bound for _, _, _, ours, bound in rows())
    if not failed:
        break
for name, clock, theirs, ours, bound in sorted(rows(), reverse=True):
    print(f"{name:15} {clock:9} lua5.4 {theirs * 1000:8.2f} ms   dmsrun {ours * 1000:8.2f} ms"
          f"   bound {bound * 1000:8.2f} ms   {'holds' if ours <= bound else 'FAILS'}")
sys.exit(failed)
PYTHON
