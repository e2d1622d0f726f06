"""Times PyTorch in both memory formats.

Reads cases and the number of threads as JSON from standard input. Prints the version, then for each case a line of JSON
with its two median times in microseconds. Writes the outputs in NCHW order to the files that the case names; those of float16 as float32.
"""

import json
import statistics
import sys
import time

import torch

FORMATS = [torch.contiguous_format, torch.channels_last]


def elements(shape, dtype):
    """The elements that bench/data.mjs generates, in an element type."""
    count = 1
    for size in shape:
        count *= size
    return ((torch.arange(count) * 7919 % 1009).double() / 1024 - 0.5).float().to(getattr(torch, dtype)).reshape(shape)


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
    """A call of one direction of a case, which returns its result."""
    x = elements(case["shape"], case["dtype"]).contiguous(memory_format=memory_format)
    g = elements(case["outputShape"], case["dtype"]).contiguous(memory_format=memory_format)
    prepare_pooling = prepare_adaptive if "outputSize" in case["options"] else prepare_windows
    return prepare_pooling(case["options"], case["direction"], x, g)


def prepare_windows(options, direction, x, g):
    """avg_pool2d, which writes to an existing tensor."""
    kernel = pair(options["kernelSize"])
    stride = pair(options.get("stride", kernel))
    padding = pair(options.get("padding", 0))
    include = options.get("countIncludePad", True)
    arguments = (kernel, stride, padding, False, include, None)
    if direction == "forward":
        result = torch.empty_like(g)
        return lambda: torch.ops.aten.avg_pool2d.out(x, *arguments, out=result)
    result = torch.empty_like(x)
    return lambda: torch.ops.aten.avg_pool2d_backward.grad_input(g, x, *arguments, grad_input=result)


def prepare_adaptive(options, direction, x, g):
    """adaptive_avg_pool2d, which allocates its result. To 1×1 it is a mean, so the gradient is a division."""
    size = options["outputSize"]
    if direction == "forward":
        return lambda: torch.nn.functional.adaptive_avg_pool2d(x, size)
    result = torch.empty_like(x)
    if size == [1, 1]:
        return lambda: torch.div(g.expand_as(x), x[0, 0].numel(), out=result)
    return lambda: torch.ops.aten._adaptive_avg_pool2d_backward.out(g, x, out=result)


def main():
    request = json.load(sys.stdin)
    torch.set_num_threads(request["threads"])
    print(json.dumps({"version": torch.__version__}), flush=True)
    for case in request["cases"]:
        times = []
        for memory_format, file_name in zip(FORMATS, case["outputFiles"]):
            call = prepare(case, memory_format)
            result = call()
            with open(file_name, "wb") as file:
                file.write((result.float() if result.dtype == torch.float16 else result).contiguous().numpy().tobytes())
            times.append(median_time(call, request["rounds"], request["minimumMs"] / 1e3, request["warmUpMs"] / 1e3))
        print(json.dumps(times), flush=True)


with torch.no_grad():
    main()
