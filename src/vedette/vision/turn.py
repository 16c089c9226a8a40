"""How a picture lies, and places from the stored raster to the upright picture and back.

Models see pictures upright. Clients of both services label and draw on the stored raster, whose EXIF
orientation they mostly ignore, so that what is said of places has to be turned for them.
"""

from PIL import Image

from vedette.vision.annotations import Box

UPRIGHT = 1
# What turns a picture by a quarter, so that width and height change places.
LYING = frozenset({5, 6, 7, 8})
_ORIENTATION = 0x0112
# EXIF's orientation → whether the axes change places, and then whether x and y run backwards.
_BACK = {
    2: (False, True, False),
    3: (False, True, True),
    4: (False, False, True),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}
_BACK_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
_UPRIGHT_TURNS = {
    **_BACK_TURNS,
    6: Image.Transpose.ROTATE_270,
    8: Image.Transpose.ROTATE_90,
}


def orientation_of(image: Image.Image) -> int:
    """Return how EXIF says the picture lies, 1 for upright; damaged EXIF says nothing.

    Only what stands before the pixels counts. Pillow's getexif of a PNG decodes all of it to see what may
    stand behind them, which is what a picture that claims too many pixels must not get.
    """
    try:
        value = Image.Image.getexif(image).get(_ORIENTATION, UPRIGHT)
    except Exception:  # noqa: BLE001  (Pillow raises whatever it stumbles over in there)
        return UPRIGHT
    return value if isinstance(value, int) and 1 <= value <= 8 else UPRIGHT


def stored_box(box: Box, orientation: int) -> Box:
    """Return where a box of the upright picture lies in the stored one."""
    if orientation not in _BACK:
        return box
    swaps, back_x, back_y = _BACK[orientation]
    left, top, width, height = box.left, box.top, box.width, box.height
    if swaps:
        left, top, width, height = top, left, height, width
    return Box(1 - left - width if back_x else left, 1 - top - height if back_y else top, width, height)


def upright_box(box: Box, orientation: int) -> Box:
    """Return where a box of the stored picture lies in the upright one."""
    if orientation not in _BACK:
        return box
    swaps, back_x, back_y = _BACK[orientation]
    left = 1 - box.left - box.width if back_x else box.left
    top = 1 - box.top - box.height if back_y else box.top
    return Box(top, left, box.height, box.width) if swaps else Box(left, top, box.width, box.height)


def stored_picture(image: Image.Image, orientation: int) -> Image.Image:
    """Return a drawing over the upright picture as it lies over the stored one."""
    turn = _BACK_TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def upright_picture(image: Image.Image, orientation: int) -> Image.Image:
    """Return a drawing over the stored picture as it lies over the upright one."""
    turn = _UPRIGHT_TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)
