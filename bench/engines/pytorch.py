"""PyTorch in a process of its own, one thread, in both memory formats.

Reads cases as JSON from standard input. For each it prints a line of JSON with the median times in microseconds, and
writes what it computed, in the order NCHW, to the file that the case names.
"""

import json
import statistics
import sys
import time

import torch

torch.set_num_threads(1)


def numbers(shape):
    count = 1
    for size in shape:
        count *= size
    return ((torch.arange(count) * 7919 % 1009).double() / 1009 - 0.5).float().reshape(shape)


def measure(call, least, rounds, warm):
    start = time.perf_counter()
    done = 0
    while done == 0 or time.perf_counter() - start < warm:
        call()
        done += 1
    repeats = max(1, round(least / ((time.perf_counter() - start) / done)))
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        times.append((time.perf_counter() - start) / repeats * 1e6)
    return statistics.median(times)


def main():
    request = json.load(sys.stdin)
    print(json.dumps({"version": torch.__version__}), flush=True)
    for case in request["cases"]:
        options = case["options"]
        kernel = options["kernelSize"]
        stride = options.get("stride", kernel)
        padding = options.get("padding", 0)
        include = options.get("countIncludePad", True)
        times = {}
        for name, layout in [("NCHW", torch.contiguous_format), ("NHWC", torch.channels_last)]:
            x = numbers(case["shape"]).contiguous(memory_format=layout)
            g = numbers(case["outputShape"]).contiguous(memory_format=layout)
            arguments = ([kernel] * 2, [stride] * 2, [padding] * 2, False, include)

            forward = case["direction"] == "forward"
            result = torch.empty_like(g if forward else x, memory_format=layout)

            def pool():
                torch.ops.aten.avg_pool2d.out(x, *arguments, None, out=result)

            def pool_backward():
                torch.ops.aten.avg_pool2d_backward.grad_input(g, x, *arguments, None, grad_input=result)

            call = pool if forward else pool_backward
            call()
            with open(f'{case["file"]}.{name}', "wb") as file:
                file.write(result.contiguous().numpy().tobytes())
            times[name] = measure(call, request["least"] / 1e3, request["rounds"], request["warm"] / 1e3)
        print(json.dumps(times), flush=True)


with torch.no_grad():
    main()
