"""How fast and how good, measured on this machine beside a named alternative.

    python -m benchmarks                      lists the benchmarks and runs them all
    python -m benchmarks NAME --count N       runs one, at any size

Each module measures one thing and yields `Row`s; `machine` says what was
measured on. Wall times depend on who else is at work, so every row that can
be carries a ratio to an alternative measured in the same run. Nothing here
is a test with a limit.
"""
