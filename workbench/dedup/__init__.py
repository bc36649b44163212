"""Is this document one we already hold?

Exact twins share a digest. Near twins share most of their shingles (texts) or hash
bits (images). Pure functions of the content: the pipeline keeps signatures and bands,
fetches the candidates that share a band, and asks `compare` what tells them apart.
"""

from workbench.dedup.comparison import NEAR_BORN_DIGITAL, NEAR_SCAN, Comparison, compare, near
from workbench.dedup.images import NEAR_IMAGE, ImageHash, image_bands, image_distance, image_hash
from workbench.dedup.signature import CANDIDATE, TextSignature, bands, similarities, similarity, text_signature

__all__ = [
    "CANDIDATE",
    "NEAR_BORN_DIGITAL",
    "NEAR_IMAGE",
    "NEAR_SCAN",
    "Comparison",
    "ImageHash",
    "TextSignature",
    "bands",
    "compare",
    "image_bands",
    "image_distance",
    "image_hash",
    "near",
    "similarities",
    "similarity",
    "text_signature",
]
