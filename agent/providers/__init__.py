"""Who answers: the adapters to vendors, the demo, own agents; `vendors.py` knows them all, and imports each when it is
chosen, not before."""
