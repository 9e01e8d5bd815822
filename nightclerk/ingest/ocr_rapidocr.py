"""Reading a picture with the package rapidocr and the models in its wheel; it finds lines, we find their order."""

from __future__ import annotations

from functools import cache
from typing import Any

from nightclerk.ingest.ocr import Image, Recognised
from nightclerk.ingest.ocr_engines import rapidocr_models
from nightclerk.ingest.ocr_order import Box, in_reading_order

# it scales the longer side down to 2,000 pixels, which A4 has at 171 dpi
DPI = 200
# real pages had 0.98 and more, blurred or turned ones that nobody can read 0.57 to 0.70
SURE = 0.8


def recognise(image: Image, *, languages: str) -> Recognised:
    """The text of an image and the mean confidence of its lines, by their characters; `languages` is tesseract's business."""
    import numpy as np

    grey = np.frombuffer(image.pixels, np.uint8).reshape(image.height, image.width)
    # pages are tried the other way up as a whole, which keeps their order; so no line is turned by itself
    found = _read(np.stack([grey] * 3, axis=-1))
    if found.boxes is None or not found.txts:
        return Recognised("", 0.0)
    boxes = [_box(corners, text) for corners, text in zip(found.boxes, found.txts, strict=True)]
    weights = [len(text) for text in found.txts]
    sure = sum(score * weight for score, weight in zip(found.scores, weights, strict=True)) / sum(weights)
    # a line taller than wide was read with its page on its side
    upright = sum(weight for box, weight in zip(boxes, weights, strict=True) if box.right - box.left >= box.bottom - box.top or weight < 4)
    return Recognised("\n".join(in_reading_order(boxes)), float(sure) * upright / sum(weights))


def _read(picture: Any) -> Any:
    try:
        return _engine()(picture, use_cls=False)
    except Exception as error:
        # its C++ tells of exhausted memory in an error of its own
        if "alloc" in str(error):
            raise MemoryError from None
        raise


def _box(corners: Any, text: str) -> Box:
    across, down = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return Box(min(across), min(down), max(across), max(down), text)


@cache
def _engine() -> Any:
    import cv2
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    models = rapidocr_models()
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            # doubtful lines count against the page instead of being dropped without a word
            "Global.text_score": 0.0,
            # with paths given the package neither checks nor downloads
            "Det.model_path": str(models["det"]),
            "Rec.model_path": str(models["rec"]),
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
