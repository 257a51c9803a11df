"""QR codes (ISO 18004), drawn as an SVG that names no style of its own."""

#: How many light squares stand around, as readers ask for.
QUIET = 4


def qr_path(text: str) -> tuple[str, int]:
    """The dark squares of a QR code that says ``text``, as the path of an SVG, and how many squares
    it is wide with its quiet zone."""
    # Loaded with the first code: the library brings the one for pictures along, and together they
    # take 4.5 MB that most processes never need.
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    rows = code.get_matrix()
    squares = ((x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return "".join(f"M{x} {y}h1v1h-1z" for x, y in squares), len(rows)
