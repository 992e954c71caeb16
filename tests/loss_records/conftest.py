"""The processes that days are lived in, as the orders' days have them."""

from tests.loss.test_loss import pool

__all__ = ["pool"]
