"""Where models come from: which vendors there are, with which keys, and what they offer."""
