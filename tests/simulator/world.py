"""The world behind the cloud: who lives where, with which locks."""

from . import ids
from .accounts import House, User
from .clock import Clock
from .lock import Lock
from .variants import VARIANTS, build_lock
from .words import Role

_NAMES = (
    "Front Door",
    "Back Door",
    "Garage",
    "Garden Gate",
    "Side Door",
    "Cellar",
    "Office",
    "Workshop",
    "Guest Room",
    "Studio",
    "Balcony",
    "Attic",
)


class World:
    """Users, houses and locks. Everything may be changed while it runs."""

    def __init__(self, clock: Clock) -> None:
        """Start with one owner and nothing else."""
        self._clock = clock
        self._made = 0
        self.users: dict[str, User] = {}
        self.houses: dict[str, House] = {}
        self.locks: dict[str, Lock] = {}
        self.owner = self.add_user("Olivia", "Owner", email="owner@example.com")

    def add_user(
        self,
        first_name: str,
        last_name: str,
        *,
        email: str | None = None,
        password: str = "simulated",
        owner: User | None = None,
        partner_user_id: str | None = None,
    ) -> User:
        """Add an account, or without `email` an unverified user."""
        number = len(self.users) + 1
        user = User(
            user_id=ids.uuid("user", number),
            first_name=first_name,
            last_name=last_name,
            email=email,
            password=password if email else None,
            phone=f"+49155501{number:04d}" if email else None,
            verified=email is not None,
            owner_id=owner.user_id if owner else None,
            partner_user_id=partner_user_id,
        )
        self.users[user.user_id] = user
        return user

    def partner_user(self, owner: User | None, partner_user_id: str) -> User | None:
        """Return the sub-user with this id, of one owner or (None) of any."""
        for user in self.users.values():
            if user.partner_user_id == partner_user_id and (
                owner is None or user.owner_id == owner.user_id
            ):
                return user
        return None

    def add_house(self, name: str, owner: User | None = None) -> House:
        """Add a house that belongs to somebody."""
        house = House(house_id=ids.uuid("house", len(self.houses) + 1), name=name)
        house.members[(owner or self.owner).user_id] = Role.SUPERUSER
        self.houses[house.house_id] = house
        return house

    def house(self, name: str) -> House:
        """Return the house with this name."""
        return next(house for house in self.houses.values() if house.name == name)

    def add_lock(
        self,
        variant: str = "connect",
        *,
        name: str | None = None,
        house: House | str | None = None,
        owner: User | None = None,
    ) -> Lock:
        """Add a lock in the shape of a variant (see `variants.VARIANTS`).

        `house` is a house, or the name of one that is made when missing.
        """
        owner = owner or self.owner
        if not isinstance(house, House):
            house = self._house_of(house or "Home", owner)
        self._made += 1
        number = self._made
        if name is None:
            name = _NAMES[(number - 1) % len(_NAMES)]
            if number > len(_NAMES):
                name = f"{name} {(number - 1) // len(_NAMES) + 1}"
        lock = build_lock(variant, number, name, house, self._clock.now())
        lock.users[owner.user_id] = Role.SUPERUSER
        self.locks[lock.lock_id] = lock
        return lock

    def _house_of(self, name: str, owner: User) -> House:
        for house in self.houses.values():
            if house.name == name and owner.user_id in house.members:
                return house
        return self.add_house(name, owner)

    def remove_lock(self, lock: Lock) -> None:
        """Take a lock away, as if it was removed in the app."""
        self.locks.pop(lock.lock_id, None)

    def rename(self, lock: Lock, name: str) -> None:
        """Give a lock another name, as somebody does in the app."""
        lock.name = name

    def share(self, lock: Lock, user: User, role: Role = Role.USER) -> None:
        """Give somebody a role on a lock, and in its house if they have none there."""
        lock.users[user.user_id] = role
        lock.house.members.setdefault(user.user_id, role)

    def lock(self, name: str) -> Lock:
        """Return the lock with this name or lockID."""
        return next(
            lock for lock in self.locks.values() if name in (lock.name, lock.lock_id)
        )

    def locks_of(self, user_id: str) -> list[Lock]:
        """Return the locks on which a user has a role."""
        return [lock for lock in self.locks.values() if user_id in lock.users]

    def houses_of(self, user_id: str) -> list[House]:
        """Return the houses of which a user is a member."""
        return [house for house in self.houses.values() if user_id in house.members]

    def locks_in(self, house: House) -> list[Lock]:
        """Return the locks of a house."""
        return [lock for lock in self.locks.values() if lock.house is house]

    def find_login(self, email: str, password: str) -> User | None:
        """Return the account with this e-mail address and password."""
        for user in self.users.values():
            if (
                user.email
                and user.email == email.strip().lower()
                and user.password == password
            ):
                return user
        return None


def demo_world(world: World, locks: int) -> None:
    """Fill the owner's houses: every variant in turn, ten locks a house."""
    variants = list(VARIANTS)
    for number in range(locks):
        house = "Home" if number < 10 else f"House {number // 10 + 1}"
        world.add_lock(variants[number % len(variants)], house=house)
