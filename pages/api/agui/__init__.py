"""AG-UI 1.0 as one more dialect. `door` and `asked` are cheap to import; `words` and `history` bring `ag_ui`."""
