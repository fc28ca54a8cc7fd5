"""What a person does with the additional users in the options, and how they are shown."""

from tests.access_codes.code_menu import OptionsMenu
from tests.home import Home
from tests.simulator.accounts import User

from .flows import texts


def add_users(home: Home, count: int) -> list[User]:
    """Have some additional users."""
    return [
        home.cloud.world.add_user(
            "Guest", f"{n:02}", owner=home.cloud.owner, partner_user_id=f"guest-{n:02}"
        )
        for n in range(count)
    ]


def label(user: User) -> str:
    """Return what a user is called in lists."""
    return f"{user.first_name} {user.last_name} · {user.partner_user_id}"


async def pick(menu: OptionsMenu, user: User) -> OptionsMenu:
    """Open the options and choose a user from the list."""
    await menu.open("users", "users_pick")
    return await menu.submit(user=user.user_id)


def description(step: str) -> str:
    """Return what a form says."""
    return str(texts()["options"]["step"][step]["description"])


def lines(*found: str) -> str:
    """Return a list as sentences have it."""
    return "\n".join(f"- {line}" for line in found)
