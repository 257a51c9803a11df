"""What a result says, drawn and in words, once a ballot is counted."""
