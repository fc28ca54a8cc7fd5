"""Names that more than one file of the integration uses."""

from typing import Final

from .cloud.brand import Brand

DOMAIN: Final = "yale_august"

CONF_BRAND: Final = "brand"
CONF_ACTING_USER: Final = "acting_user"
CONF_PARTNER_USER_ID: Final = "partner_user_id"
CONF_FIRST_NAME: Final = "first_name"
CONF_LAST_NAME: Final = "last_name"
CONF_LOCK_IDS: Final = "lock_ids"
CONF_ROLE: Final = "role"
CONF_AUTH_IMPLEMENTATION: Final = "auth_implementation"
CONF_WEBHOOK: Final = "webhook"
"""In an entry's data: what is kept of its webhooks."""

ACTING_OWNER: Final = "owner"
ACTING_SUB_USER: Final = "sub_user"

ENV_CLOUD: Final = "YALE_AUGUST_CLOUD"
"""Environment variable, for development: a loopback address in place of the cloud."""

BRAND_TITLES: Final = {Brand.YALE: "Yale Home", Brand.AUGUST: "August"}
"""What people call the app of each brand."""
MANUFACTURER: Final = "Yale / August"
"""Of every device: one platform makes both brands, and a lock does not say which."""
