"""The protocol of an experiment as a document: pure functions of plain values."""
