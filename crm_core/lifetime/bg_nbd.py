"""BG/NBD: a customer may leave after any repeat purchase.

Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way: An Alternative to the
Pareto/NBD Model", Marketing Science 24 (2), 275-284: likelihood (6), distribution of purchases (8),
expected purchases (9), conditional expectation (10). P(alive): Fader, Hardie and Lee (2008),
"Computing P(alive) Using the BG/NBD Model".

Who never came back has had no occasion to leave: P(alive) is 1 for every one-time buyer, for ever.
"""

from crm_core.lifetime.beta_geometric import BetaGeometric


class BgNbd(BetaGeometric):
    """BG/NBD with m = x: as many tosses of the coin as repeat purchases."""

    name = "bg_nbd"
    first_toss = 0
