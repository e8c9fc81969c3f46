#!/bin/sh
# Compares dmsrun with lua5.4: start-up, and a loop of 10^7 additions. Run it on a release build:
#
#   cargo build --release && tests/bench/interpreter.sh target/release/dmsrun
#
# The least user and system time of many runs, alternating, is compared, since whatever else the machine
# does only adds to it. The bounds: start-up within 3 times that of lua5.4 and 10 ms, the loop within
# 10 %. It ends with 1 where one does not hold.
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

def least(statement):
    best = {lua: (9e9, 9e9), dmsrun: (9e9, 9e9)}
    for _ in range(runs):
        for program in (lua, dmsrun):
            best[program] = tuple(map(min, best[program], once(program, statement)))
    return best

failed = False
for name, statement, bound in [
    ("start-up", "", lambda theirs: 3 * theirs + 0.010),
    ("10^7 additions", LOOP, lambda theirs: 1.10 * theirs),
]:
    best = least(statement)
    start = least("") if statement else None
    for kind, index in [("processor", 0), ("wall", 1)]:
        theirs, ours = best[lua][index], best[dmsrun][index]
        if start:
            # The loop itself, without the start.
            theirs, ours = theirs - start[lua][index], ours - start[dmsrun][index]
        holds = ours <= bound(theirs)
        failed |= not holds
        print(f"{name:15} {kind:9} lua5.4 {theirs * 1000:8.2f} ms   dmsrun {ours * 1000:8.2f} ms"
              f"   bound {bound(theirs) * 1000:8.2f} ms   {'holds' if holds else 'FAILS'}")
sys.exit(failed)
PYTHON
