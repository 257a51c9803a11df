"""Files and pictures that people attach to ideas, and to whatever plugins have.

What is sent is judged by its content (`judging`). Pictures are drawn anew in the sizes that pages
show (`pictures`); of the file that was sent nothing is kept. PDF documents are kept as they are and
only ever downloaded. The bytes go to a storage first (`storage`), then a row joins the transaction
of the form (`attaching`): a row without its files cannot be, and files without a row are swept once
a day (`upkeep`). Who may see a file is decided by what it belongs to (`holders`).
"""
