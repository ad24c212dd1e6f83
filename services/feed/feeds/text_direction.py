"""Which way a language is written, for pages that show articles in several."""

_RIGHT_TO_LEFT_LANGUAGES = frozenset(
    {
        *("ar", "arc", "arz", "ckb", "dv", "fa", "glk", "he", "ks", "lrc"),
        *("mzn", "nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi"),
    }
)
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"adlm", "arab", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"})
_SCRIPT_LENGTH = 4


def direction(language: str) -> str:
    """Return `rtl` or `ltr` for a BCP 47 tag; a script that it names decides over the language."""
    primary, *rest = language.lower().replace("_", "-").split("-")
    script = next((part for part in rest if len(part) == _SCRIPT_LENGTH and part.isalpha()), None)
    if script is not None:
        return "rtl" if script in _RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if primary in _RIGHT_TO_LEFT_LANGUAGES else "ltr"
