"""Which role may do what: one table. What stands in no cell is denied."""

from __future__ import annotations

VIEWER, OPERATOR, FINANCE = "viewer", "operator", "finance"
DEVELOPER, ADMIN = "developer", "admin"

_COLUMNS = (VIEWER, OPERATOR, FINANCE, DEVELOPER, ADMIN)
_TABLE = """
    shops.read           yes yes yes yes yes
    orders.read          yes yes yes yes yes
    products.read        yes yes yes yes yes
    bindings.read        yes yes yes yes yes
    stock.read           yes yes yes yes yes
    after_sales.read     yes yes yes yes yes
    vouchers.read        yes yes yes yes yes
    redemptions.read     yes yes yes yes yes
    places.read          yes yes yes yes yes
    coverage.read        yes yes yes yes yes
    changes.read         yes yes yes yes yes
    commands.read        yes yes -   yes yes
    revenue.read         -   -   yes -   yes
    receivers.reveal     -   yes -   -   yes
    shipments.write      -   yes -   -   yes
    stock.write          -   yes -   -   yes
    bindings.write       -   yes -   -   yes
    questions.read       -   yes -   yes yes
    questions.answer     -   yes -   -   yes
    codes.write          -   yes -   -   yes
    commands.write       -   yes -   -   yes
    parked.read          -   yes -   yes yes
    parked.write         -   yes -   yes yes
    incidents.read       -   yes -   yes yes
    jobs.read            -   yes -   yes yes
    jobs.run             -   yes -   yes yes
    jobs.write           -   -   -   yes yes
    tokens.read          -   yes -   yes yes
    journal.read         -   -   -   yes yes
    raw.read             -   -   -   yes yes
    drift.write          -   -   -   yes yes
    endpoints.read       -   -   -   yes yes
    endpoints.write      -   -   -   yes yes
    metrics.read         -   -   -   yes yes
    alarms.write         -   -   -   -   yes
    tokens.write         -   -   -   -   yes
    shops.write          -   -   -   -   yes
    access.read          -   -   -   -   yes
    access.write         -   -   -   -   yes
    audit.read           -   -   -   -   yes
"""

MATRIX: dict[str, frozenset[str]] = {
    permission: frozenset(r for r, c in zip(_COLUMNS, cells, strict=True) if c == "yes")
    for permission, *cells in map(str.split, _TABLE.strip().splitlines())
}
"""Permission to the roles that have it."""
PERMISSIONS = tuple(MATRIX)
ROLES = _COLUMNS
"""From the least that serves to the most."""

KINDS = ("orders", "products", "stock", "after_sales", "redemptions", "places")
"""Kinds of records a grant may be narrowed to."""
OF_KIND = {
    **{kind: kind for kind in KINDS},
    **dict.fromkeys(("codes", "receivers", "shipments", "vouchers"), "orders"),
    **{"bindings": "stock", "revenue": "redemptions"},
}
"""The noun of a permission to the kind it is about. Others are about none by themselves:
who asks says of which (`may("raw.read", shop, "orders")`), or means all."""


def kind_of(permission: str) -> str | None:
    """The kind of records a permission is about by its noun."""
    return OF_KIND.get(permission.partition(".")[0])
