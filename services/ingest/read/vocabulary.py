"""The words by which pages in English are read: kinds, topics, what names and pointers are made of.

All in lower case; a page that uses other words needs them here and nothing else.
"""

from shared.article import Kind


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split("/"))


_NAMES_OF_KINDS = {
    Kind.COMMENTARY: """commentary / commentaries / op ed / op eds / opinion / opinions / blog / blogs /
        blog post / blog posts / essay / essays / column / columns / analysis / perspective / perspectives /
        letter / letters / letter to the editor / book review / book reviews / explainer / explainers""",
    Kind.PODCAST: "podcast / podcasts / podcast episode / audio / radio",
    Kind.REPORT: """report / reports / policy brief / policy briefs / policy paper / policy papers /
        working paper / working papers / research report / brief / briefs / paper / papers /
        fact sheet / fact sheets / white paper / white papers / issue brief / issue briefs /
        case study / case studies / backgrounder / backgrounders / primer / primers""",
    Kind.VIDEO: "video / videos / event video / webcast / webinar",
    Kind.TESTIMONY: "testimony / testimonies / congressional testimony",
    Kind.PRESS: """press release / press releases / press note / press notes / press statement /
        press statements / press / news release / media advisory""",
    Kind.ARTICLE: """article / articles / transcript / transcripts / in the news / news / interview /
        interviews / q&a / feature / features / multimedia / event / events / newsletter / newsletters /
        infographic / infographics / interactive / interactives / book / books / speech /
        speeches / remarks""",
}
KINDS = {name: kind for kind, names in _NAMES_OF_KINDS.items() for name in _phrases(names)}
"""What pages call each kind; a hyphen counts as a space."""

TOPICS = _phrases(
    """asia-pacific security / climate / cybersecurity / defense / defence / economics / energy /
    energy, economics & security / energy, economics, and security / foreign policy & strategy /
    gender & security / gender and security / women, peace & security / women, peace, and security /
    indo-pacific security / international security / middle east security / military, veterans & society /
    military, veterans, and society / national security / technology / technology & national security /
    technology and national security / trade / transatlantic security"""
)
"""What think tanks file under; without it a lone topic above a date would pass for an outlet."""

OUTLETS = _phrases(
    """38 north / atlantic / atlantic council / axios / barron's / bbc / bloomberg / bloomberg opinion /
    brookings / bulletin of the atomic scientists / cipher brief / cnbc / cnn / defense news / defense
    one / diplomat / economist / financial times / foreign affairs / foreign policy / fox news /
    guardian / hill / just security / lawfare / los angeles times / msnbc / national interest / nbc
    news / new york times / newsweek / nikkei asia / npr / politico / real clear defense / reuters /
    time / texas national security review / usa today / wall street journal / war on the rocks /
    washington post / washington quarterly / wired"""
)
"""Where think tanks publish, without "the"; it tells outlet from headline when no date stands between."""

SMALL_WORDS = _words(
    """about above across after against along amid among around before behind below beneath beside between
    beyond despite down during except from into like near onto over past per since than through
    throughout till toward towards under underneath unless until unto upon versus with within without"""
)
"""Words of four letters and more that many write small in a headline."""

NAME_PARTICLES = _words(
    """'t af al ap av ben bin bint da dal dalla das de dei del della den der des di do dos du e el het i ibn
    la le lo o op san ten ter ul ur van vom von y zu zum zur ’t"""  # noqa: RUF001 - apostrophe is meant
)
NAME_SUFFIXES = _words("jr sr ii iii iv v phd md jd esq dphil mp mep kc qc obe cbe")
HONORIFICS = _words(
    """admiral adm ambassador amb captain capt colonel col congressman congresswoman dame dr general gen
    lord lt lieutenant ltg major maj mr mrs ms president prof professor rep representative rev secretary
    sen senator sir"""
)
ORGANISATIONS = _words(
    """academy agency alliance association bank board center centre college committee corporation council
    department editors faculty forum foundation fund group initiative institute institution laboratory
    ministry network office press program programme school society university"""
)
ROLES = _words(
    """adjunct adviser advisor analyst assistant associate chair columnist correspondent deputy director
    editor fellow former founder intern lecturer officer postdoctoral professor reporter researcher
    scholar senior staff student visiting"""
)
LINKING_WORDS = _words("a an at for in of on the")
SUBJECTS = _words(
    """affairs defence defense development economics energy policy relations research science sciences
    security strategy studies technology"""
)
"""What the second half of an organisation's name is often made of ("… and International Studies")."""

WHOLE = _words("full entire complete whole original rest")
"""How a pointer says that the rest is elsewhere."""
PIECES = _words(
    """article analysis blog column commentary conversation discussion episode essay event feature
    interview oped op-ed opinion panel paper piece podcast post q&a recording report review segment
    story testimony transcript video webinar"""
)
ANSWERS = _words("answer critique rebuttal rejoinder reply replies response responses")
FORMATS_AND_LANGUAGES = _words(
    "arabic chinese english french german html japanese korean pdf russian spanish"
)
"""What stands after "in" without being an outlet."""

SURE_HEADINGS = (
    "more from ",
    "more by ",
    "also from ",
    "also by ",
    "related",
    "most read",
    "further reading",
    "read next",
    "up next",
    "see also",
    "you may also ",
    "you might also ",
    "keep reading",
)
"""How the line above a listing begins."""

HEADINGS = (*SURE_HEADINGS, "more on ", "more in ", "also in ", "latest", "recent", "recommended", "featured")
"""The same, with those that an article uses for its own parts as well."""

FOOTS = ("view all", "see all", "browse all", "show all")
SHORT_FOOTS = ("load more", "show more", "see more", "view more", "back to ")
"""How the line below a listing begins; the second sort only when it is short."""
LINKS = _phrases("read more / learn more / continue reading / read article / listen now / watch now")
"""A link that lost its address and says nothing."""
