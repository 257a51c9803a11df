"""What people see: ballots, the booth, the desk of managers, results, the public log."""
