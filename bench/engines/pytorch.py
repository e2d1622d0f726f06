"""Times PyTorch on one thread in both memory formats.

Reads cases as JSON from standard input. Prints the version, then for each case a line of JSON with its two median times
in microseconds. Writes the outputs in NCHW order to the files that the case names.
"""

import json
import statistics
import sys
import time

import torch

FORMATS = [torch.contiguous_format, torch.channels_last]

torch.set_num_threads(1)


def elements(shape, dtype):
    """The elements that bench/data.mjs generates, in an element type."""
    count = 1
    for size in shape:
        count *= size
    return ((torch.arange(count) * 7919 % 1009).double() / 1009 - 0.5).float().to(getattr(torch, dtype)).reshape(shape)


def median_time(call, rounds, minimum, warm_up):
    """The median time of a call in microseconds, by the method of bench/measure.mjs; both limits are in seconds."""
    start = time.perf_counter()
    done = 0
    while done == 0 or time.perf_counter() - start < warm_up:
        call()
        done += 1
    repeats = max(1, round(minimum / ((time.perf_counter() - start) / done)))
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        times.append((time.perf_counter() - start) / repeats * 1e6)
    return statistics.median(times)


def pair(size):
    """A size as a height and a width."""
    return size if isinstance(size, list) else [size, size]


def prepare(case, memory_format):
    """A call of one direction of a case, and the tensor that it writes."""
    options = case["options"]
    kernel = pair(options["kernelSize"])
    stride = pair(options.get("stride", kernel))
    padding = pair(options.get("padding", 0))
    include = options.get("countIncludePad", True)
    arguments = (kernel, stride, padding, False, include, None)
    x = elements(case["shape"], case["dtype"]).contiguous(memory_format=memory_format)
    g = elements(case["outputShape"], case["dtype"]).contiguous(memory_format=memory_format)
    if case["direction"] == "forward":
        result = torch.empty_like(g, memory_format=memory_format)
        return lambda: torch.ops.aten.avg_pool2d.out(x, *arguments, out=result), result
    result = torch.empty_like(x, memory_format=memory_format)
    return lambda: torch.ops.aten.avg_pool2d_backward.grad_input(g, x, *arguments, grad_input=result), result


def main():
    request = json.load(sys.stdin)
    print(json.dumps({"version": torch.__version__}), flush=True)
    for case in request["cases"]:
        times = []
        for memory_format, file_name in zip(FORMATS, case["outputFiles"]):
            call, result = prepare(case, memory_format)
            call()
            with open(file_name, "wb") as file:
                file.write(result.contiguous().numpy().tobytes())
            times.append(median_time(call, request["rounds"], request["minimumMs"] / 1e3, request["warmUpMs"] / 1e3))
        print(json.dumps(times), flush=True)


with torch.no_grad():
    main()
