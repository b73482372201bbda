"""Answers requests of the benchmark, one JSON line each, with what a step cost inside this process; as peer_loop.mjs."""

import json
import sys
import time


def timed(step, request):
    cpu, wall = time.process_time_ns(), time.monotonic_ns()
    value = step(**request)
    return {"cpu_ns": time.process_time_ns() - cpu, "wall_ns": time.monotonic_ns() - wall, "value": value}


def serve(steps):
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = timed(steps[request.pop("step")], request)
        except Exception as problem:  # whatever it is, the benchmark is to hear of it
            answer = {"error": repr(problem)[:2000]}
        print(json.dumps(answer), flush=True)
