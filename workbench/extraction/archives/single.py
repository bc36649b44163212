"""gz, bz2 and xz: one compressed file, its name that of the archive without the ending."""

import bz2
import gzip
import lzma
from pathlib import Path

from workbench.extraction import media_types as known
from workbench.extraction.archives.outcome import outcome
from workbench.extraction.archives.unpacking import Unpacking, refuse_depth
from workbench.extraction.archives.zipped import take_all
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction


class SingleReader:
    """Reads a single compressed file by the standard library."""

    name = "compressed"
    gives = ("children",)
    version = "1"

    def claim(self, media_type: str, head: bytes) -> int:
        return 60 if media_type in {known.GZIP, known.BZIP2, known.XZ} else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        refuse_depth(options.limits)
        kind = {known.GZIP: gzip.GzipFile, known.BZIP2: bz2.BZ2File, known.XZ: lzma.LZMAFile}[media_type]
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=path.stat().st_size)
        failures: list[str] = []
        name = options.name.rpartition("/")[2]
        inner = name.removesuffix(known.extension(media_type)) if "." in name.strip(".") else name
        stop = take_all([(inner or "content", lambda: kind(path))], unpacking, failures)
        return outcome(self, media_type, unpacking, found=1, stop=stop, failures=failures)
