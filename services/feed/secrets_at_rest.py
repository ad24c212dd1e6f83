"""Which key seals the endpoints' secrets in this installation, and what is said when it opens them not."""

from services.feed.deliveries.registry import Registry
from services.feed.deliveries.secret_box import KEY_FILE, SecretBox, is_key, new_key
from services.feed.settings import FeedSettings
from shared.kept_tokens import keep_token
from shared.logs import get_logger
from shared.process import StartError

log = get_logger(__name__)

_SHOWN = 20


def secret_box(settings: FeedSettings) -> SecretBox:
    """Return the box with the keys of the setting, or else with the key kept in the data folder.

    Raises `StartError` when the file there holds no key.
    """
    if settings.secrets_key:
        return SecretBox(settings.secrets_key)
    kept = keep_token(settings.data_dir, KEY_FILE, new_key)
    if not is_key(kept):
        raise StartError(
            f"{settings.data_dir / KEY_FILE} holds no key: put the right one back, or remove the file (then "
            "each endpoint needs a new secret)."
        )
    return SecretBox((kept,))


async def take_stock(registry: Registry) -> None:
    """Seal everything with the current key, and say which endpoints cannot be sent to with it.

    That is no reason not to start: feeds, other endpoints and the way to a new secret must go on.
    """
    unreadable = await registry.seal_anew()
    if unreadable:
        log.error(
            "endpoints.unreadable",
            count=len(unreadable),
            endpoints=unreadable[:_SHOWN],
            detail="Their secrets were not sealed with NEWSWIRE_SECRETS_KEY (or secrets-key in the data "
            "folder) as it is now. Their deliveries wait: give the right key, or rotate the secrets.",
        )
