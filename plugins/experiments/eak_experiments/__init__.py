"""Ideas are tried in the field for a limited time, and what they taught is published."""
