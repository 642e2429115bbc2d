"""What an automation would have done on the days already lived."""
