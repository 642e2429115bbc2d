"""What every device can do, joined to what the home's history shows it doing."""
