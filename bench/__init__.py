"""What it costs: Thinkaloud beside raw baselines, measured in one run. `python -m bench`."""
