"""What stands between granian and the application in a process of ``eak serve``.

Granian's own threads for WSGI read a body in the thread that answers, however slowly it comes:
one half-sent form kept a whole process from everybody else. Here an event loop takes requests in
whole (`front`), within a time (`arrival`); only then does a thread work, some for those who read
and others for those who write (`lanes`), and what it answered leaves at the reader's pace.
"""
