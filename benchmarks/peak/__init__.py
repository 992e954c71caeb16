"""A day of 11.11 on a virtual clock: the hub's own pace and reading, the rest a model.

    python -m benchmarks.peak [--hours 24] [--json]
    python -m benchmarks.peak giant

What runs is the hub's: `Pace` and its lanes, `Poll` with its windows, walks, runs and
commits, the streams and limits its channels announce, the rhythms of `jobs.schedules`.
What is modelled: the platforms (`platform`, `judge`), the orders (`demand`), the store
(what is stored, and when: `reading`), the engine's queue (`engine`), and time on the wire.
"""
