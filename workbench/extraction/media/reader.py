"""Sound and film: tags, chapters, lyrics and subtitles as text; speech where a plug-in knows it."""

from dataclasses import replace
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import needs
from workbench.extraction.building import version
from workbench.extraction.cleaning import tidy
from workbench.extraction.media import footage, speech, tags
from workbench.extraction.media.probing import Tracks, probe
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata

_MOST_SUBTITLES = 8
_SWITCHED_OFF = "Sound and film are not looked into (extraction.media is off)."


class MediaReader:
    """Reads MP3, WAV, MP4, MOV, MKV, AVI and what else MediaInfo knows."""

    name = "media"
    gives = ("text", "metadata", "thumbnails")

    @property
    def version(self) -> str:
        listener = speech.transcriber()
        return version("2", "pymediainfo") + (f"+{listener.name}-{listener.version}" if listener else "")

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type.startswith(("audio/", "video/")) else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.packages("pymediainfo") + needs.programs(ffmpeg="ffmpeg") + speech.broken_transcribers()

    def switched_off(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        if not options.media:
            return (_SWITCHED_OFF,)
        nobody = f"Speech is not written down: no transcriber is installed (entry point group {speech.GROUP})."
        return () if speech.transcriber() else (nobody,)

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        size = path.stat().st_size
        known = Extraction(extractor=self.name, version=self.version, media_type=media_type, state=ExtractionState.OK)
        if not options.media:
            return replace(known, message=_SWITCHED_OFF, metadata=Metadata(raw={"size": size}))
        tracks = probe(path, media_type)
        warnings: list[str] = []
        texts = [
            "\n".join(tags.words(tracks)),
            *_subtitles(path, media_type, tracks, warnings),
            _speech(path, tracks, warnings),
        ]
        text = tidy("\n\n".join(text for text in texts if text))
        return replace(known, text=text, metadata=tags.metadata(tracks, size), warnings=tuple(warnings))


def _subtitles(path: Path, media_type: str, tracks: Tracks, warnings: list[str]) -> list[str]:
    if not tracks.subtitles:
        return []
    try:
        return list(footage.subtitles(path, media_type, min(len(tracks.subtitles), _MOST_SUBTITLES)))
    except ExtractionError as fault:
        warnings.append(f"Its subtitles could not be read: {fault}")
        return []


def _speech(path: Path, tracks: Tracks, warnings: list[str]) -> str:
    """Return what is said in a recording, "" where nobody listens or the plug-in fails."""
    listener = speech.transcriber()
    if listener is None or not tracks.audio:
        return ""
    stated = str(tracks.audio[0].get("Language") or "")[:2].lower()
    try:
        return speech.transcript(listener.transcribe(path, stated))
    except MemoryError:
        raise
    except Exception as fault:  # a plug-in may fail in any way
        warnings.append(f"{listener.name} could not write down what is said ({fault}).")
        return ""
