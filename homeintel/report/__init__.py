"""Charts, notebook pages and the report site."""
