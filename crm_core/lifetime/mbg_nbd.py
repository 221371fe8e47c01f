"""MBG/NBD: a customer may leave after any purchase, the first one included.

Batislam, Denizel and Filiztekin (2007), "Empirical validation and comparison of models for customer
base analysis", International Journal of Research in Marketing 24 (3), 201-209; Hoppe and Wagner
(2007), "Customer Base Analysis: The Case for a Central Variant of the Betageometric/NBD Model",
Marketing ZFP 3 (2), 75-90 (there CBG/NBD).
"""

from crm_core.lifetime.beta_geometric import BetaGeometric


class MbgNbd(BetaGeometric):
    """MBG/NBD with m = x + 1: the coin is tossed after the first purchase too."""

    name = "mbg_nbd"
    first_toss = 1
