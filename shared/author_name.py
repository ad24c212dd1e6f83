"""The name of a person without titles and ranks, so that `Dr. A` and `A` are one author."""

import re

# Where the bare abbreviation is a given name as well (Gen, Sen, Col, Rep), it counts with its full stop only.
_BEFORE = re.compile(
    r"""(?:
        (?:lt|lieutenant|maj|major|brig|brigadier)\.?[ ]+gen(?:eral|\.)?
      | (?:lt|lieutenant)\.?[ ]+(?:col(?:onel|\.)?|cmdr\.?|commander)
      | (?:rear|vice)[ ]+adm(?:iral|\.)
      | (?:the[ ]+)?(?:rt\.?[ ]+)?hon(?:ourable|orable|\.)
      | (?:assistant|associate|asst\.|assoc\.)[ ]+prof(?:essor|\.)
      | (?:dr|prof|amb|lt|capt|cmdr|sgt|mr|mrs|ms|mx)\.?
      | (?:gen|col|maj|brig|adm|sen|rep|gov|rev|h\.e)\.
      | professor | ambassador | general | lieutenant | colonel | admiral | captain | commander | sergeant
      | senator | representative | congressman | congresswoman | governor | sir | dame | lord | lady
    )[ ]+(?=\S)""",
    re.IGNORECASE | re.VERBOSE,
)
_AFTER = re.compile(
    r"""[ ,]+(?:
        \(?ret(?:ired|\.)?\)?
      | \(?(?:usa|usn|usmc|usaf|us[ ](?:army|navy|marine[ ]corps|air[ ]force))\)?
      | ph\.?[ ]?d\.? | d\.?phil\.? | m\.d\. | md | j\.d\. | esq\.?
    )$""",
    re.IGNORECASE | re.VERBOSE,
)


def without_honorifics(name: str) -> str:
    """Return the name without titles before it and degrees or `(Ret.)` behind it; never empty."""
    bare = " ".join(name.split())
    while True:
        title = _BEFORE.match(bare)
        shorter = _AFTER.sub("", bare[title.end() :] if title else bare)
        if shorter == bare or not shorter.strip(" ,"):
            return bare
        bare = shorter
