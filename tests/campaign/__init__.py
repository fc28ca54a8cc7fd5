"""The fault campaign: everything that can go wrong, in time that jumps.

`warp` is the clock, `bench` a Home Assistant that is not booted with the integration in it,
`watch` what must be true after each case, `matrix` the statuses, `play` plays cases.
"""
