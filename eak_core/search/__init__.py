"""Finding what is public by words, and what resembles it: for ideas and whatever plugins bring.

A plugin names a kind of documents (`searched`); its handlers keep the index, so it can be built
anew from the log. Who may read a document is asked of the tables themselves at each search, never
of the index. Text is made into stems (`words`) before either database sees it.
"""
