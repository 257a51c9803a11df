"""Logs that anybody can check, without trusting whoever keeps them: hash trees whose growth can be
proved (`merkle`, RFC 9162), their signed heads (`checkpoint`, C2SP tlog-checkpoint and signed
note), and the keys that sign them as programs list them (`jwk`, RFC 7517).

Pure: it knows no site and no database, so that what a plugin publishes with it is checked by the
same functions elsewhere. Plugins import it directly.
"""
