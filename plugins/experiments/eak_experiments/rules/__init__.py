"""Rules of experiments as pure functions: dates, figures, evidence, stopping."""
