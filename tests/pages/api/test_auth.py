"""Whose token it is, and that no other token is anybody's."""

from __future__ import annotations

import base64
import hmac
import json
import stat
import threading
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.access import Person
from agent.errors import BadRequest, StorageError, Unauthorized
from pages.api.auth import Grant, Tokens
from pages.api.secret import kept, token_secret
from tests.builders import MovedClock

SECRET = "0123456789abcdef0123456789abcdef-of-the-tests"
NOW = 1_800_000_000
DAY = 24 * 3600
ADA: dict[str, Any] = {"user_id": "ada", "role": "member", "exp": NOW + 60}


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(NOW * 1000)


@pytest.fixture
def tokens(clock: MovedClock) -> Tokens:
    return Tokens(SECRET, clock)


def signed(claims: object, key: str = SECRET, header: dict[str, Any] | None = None, digest: str = "sha256") -> str:
    """By hand, since a library refuses to make what attackers make."""
    first = part(json.dumps({"alg": "HS256", "typ": "JWT"} if header is None else header).encode())
    head = f"{first}.{part(claims if isinstance(claims, bytes) else json.dumps(claims).encode())}"
    return f"{head}.{part(hmac.new(key.encode(), head.encode(), digest).digest())}"


def part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(alg: str) -> str:
    return f"{part(json.dumps({'alg': alg, 'typ': 'JWT'}).encode())}.{part(json.dumps(ADA).encode())}."


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in ADA.items() if key != name}


def test_an_invited_person_is_who_they_were_invited_as(tokens: Tokens):
    assert tokens.person(tokens.invite("Ada Lovelace", "member", 30)) == Person(user="Ada Lovelace", role="member")
    assert tokens.person(tokens.invite("Zoë 李", "owner", 1)).user == "Zoë 李"


def test_another_program_with_the_secret_may_say_who_somebody_is(tokens: Tokens):
    assert tokens.person(jwt.encode(ADA, SECRET, algorithm="HS256")) == Person(user="ada", role="member")
    assert tokens.person(signed(ADA | {"iat": NOW + 9, "sub": 7, "iss": "idp", "nbf": NOW})).user == "ada"


REFUSED = {
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "alg nOnE": unsigned("nOnE"),
    "no alg": signed(ADA, header={"typ": "JWT"}),
    "alg null": signed(ADA, header={"alg": None}),
    "alg is a list": signed(ADA, header={"alg": ["HS256"]}),
    "HS256 spelt otherwise": signed(ADA, header={"alg": "hs256"}),
    "HS384": signed(ADA, header={"alg": "HS384"}, digest="sha384"),
    "HS512": jwt.encode(ADA, SECRET + SECRET, algorithm="HS512"),
    "RS256, signed with what would be its public key": signed(ADA, header={"alg": "RS256"}),
    "ES256": signed(ADA, header={"alg": "ES256"}),
    "a key of its own in the header": signed(ADA, "mine", {"alg": "HS256", "jwk": {"kty": "oct", "k": part(b"mine")}}),
    "a critical header": signed(ADA, header={"alg": "HS256", "crit": ["new"], "new": 1}),
    "detached": signed(ADA, header={"alg": "HS256", "b64": False, "crit": ["b64"]}),
    "no key": signed(ADA, ""),
    "wrong key": signed(ADA, SECRET[:-1]),
    "unsigned": signed(ADA).rsplit(".", 1)[0] + ".",
    "two parts": signed(ADA).rsplit(".", 1)[0],
    "cut": signed(ADA)[:-4],
    "cut by one": signed(ADA)[:-1],
    "four parts": signed(ADA) + ".x",
    "other claims under the same signature": ".".join(
        [signed(ADA).split(".")[0], signed(ADA | {"role": "owner"}).split(".")[1], signed(ADA).split(".")[2]]
    ),
    "expired": signed(ADA | {"exp": NOW - 1}),
    "expires now": signed(ADA | {"exp": NOW}),
    "no exp": signed(without("exp")),
    "exp null": signed(ADA | {"exp": None}),
    "exp as text": signed(ADA | {"exp": str(NOW + 60)}),
    "exp true": signed(ADA | {"exp": True}),
    "exp in milliseconds": signed(ADA | {"exp": (NOW + 60) * 1000}),
    "exp infinite": signed(ADA | {"exp": float("inf")}),
    "exp not a number": signed(ADA | {"exp": float("nan")}),
    "exp beyond all floats": signed(ADA | {"exp": 10**400}),
    "exp of 5000 digits": signed(b'{"user_id":"ada","role":"member","exp":' + b"9" * 5000 + b"}"),
    "not yet": signed(ADA | {"nbf": NOW + 30}),
    "nbf as text": signed(ADA | {"nbf": "0"}),
    "no role": signed(without("role")),
    "another role": signed(ADA | {"role": "admin"}),
    "role spelt otherwise": signed(ADA | {"role": "Owner"}),
    "role is a list": signed(ADA | {"role": ["owner"]}),
    "role null": signed(ADA | {"role": None}),
    "no user": signed(without("user_id")),
    "user is a number": signed(ADA | {"user_id": 7}),
    "user is empty": signed(ADA | {"user_id": ""}),
    "user is blank": signed(ADA | {"user_id": " "}),
    "user has blanks around": signed(ADA | {"user_id": "ada "}),
    "user of 65": signed(ADA | {"user_id": "a" * 65}),
    "user with a line break": signed(ADA | {"user_id": "ada\nroot"}),
    "user with NUL": signed(ADA | {"user_id": "ada\x00"}),
    "user with an invisible mark": signed(ADA | {"user_id": "ad\u200ba"}),
    "user turned round": signed(ADA | {"user_id": "\u202eada"}),
    "half a character": signed(ADA | {"user_id": "\ud800"}),
    "for somebody else": signed(ADA | {"aud": "another-product"}),
    "for nobody": signed(ADA | {"aud": []}),
    "a share that names a user": signed(ADA | {"share": "abc"}),
    "claims are a list": signed([ADA]),
    "claims are no JSON": signed(b"ada"),
    "claims are deep": signed(b"[" * 3000),
    "header is deep": f"{part(b'[' * 5000)}.{part(b'{}')}.x",
    "rooms are a list": signed(ADA | {"rooms": ["abc"]}),
    "rooms are none": signed(ADA | {"rooms": {}}),
    "a room without an end": signed(ADA | {"rooms": {"abc": "member"}}),
    "owns a room": signed(ADA | {"rooms": {"abc": ["owner", NOW + 60]}}),
    "a guest who owns the server": signed(ADA | {"role": "owner", "rooms": {"abc": ["member", NOW + 60]}}),
    "a room that is no session": signed(ADA | {"rooms": {"../x": ["member", NOW + 60]}}),
    "over 8 kB": signed(ADA | {"more": "x" * 8000}),
    "a megabyte": "x." * 500_000,
    "empty": "",
    "dots": "..",
    "blank": " ",
    "not ASCII": "ä.ö.ü",
    "half a surrogate": "\ud800.a.b",
    "NUL": "\x00",
    "a link": f"http://127.0.0.1/signin?token={signed(ADA)}",
    "blanks around": f" {signed(ADA)} ",
}


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED.keys())
def test_a_token_with_anything_wrong_is_nobodys(tokens: Tokens, token: str):
    assert tokens.person(signed(ADA)).user == "ada"
    with pytest.raises(Unauthorized, match=r"^Invalid token"):
        tokens.person(token)


@pytest.mark.parametrize("token", [None, 7, b"abc", ["a"], {}])
def test_what_is_no_text_is_no_token(tokens: Tokens, token: Any):
    with pytest.raises(Unauthorized):
        tokens.person(token)


@settings(max_examples=50, deadline=None)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda data: f"{part(data)}.{part(data)}.x")))
def test_nothing_that_is_made_up_is_worse_than_refused(token: str):
    with pytest.raises(Unauthorized):
        Tokens(SECRET, MovedClock()).person(token)


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    ),
    st.sampled_from(["user_id", "role", "exp", "nbf", "rooms", "aud", "share"]),
)
def test_whatever_another_program_signs_is_somebody_or_refused(value: Any, claim: str):
    tokens = Tokens(SECRET, MovedClock(NOW * 1000))
    token = signed(ADA | {claim: value})
    try:
        person = tokens.person(token)
    except Unauthorized:
        return
    assert person.user.isprintable()
    assert person.role in ("owner", "member", "viewer")


def test_a_token_ends_by_our_clock_alone(tokens: Tokens, clock: MovedClock):
    token = tokens.invite("ada", "viewer", 1)
    clock.ms += DAY * 1000 - 1
    assert tokens.person(token).user == "ada"
    assert 0 < tokens.seconds_until(NOW + DAY) < 0.01
    clock.ms += 1
    with pytest.raises(Unauthorized):
        tokens.person(token)
    clock.ms = 1_000_000_000  # 1970, where every token is long to come
    assert tokens.person(token).user == "ada"


@pytest.mark.parametrize(
    ("user", "role", "days"),
    [
        ("", "member", 1),
        ("a" * 65, "member", 1),
        ("a\tb", "member", 1),
        ("ada", "admin", 1),
        ("ada", "member", 0),
        ("ada", "member", -1),
        ("ada", "member", 3651),
        ("ada", "member", 1.5),
        ("ada", "member", True),
    ],
)
def test_an_invitation_that_makes_no_sense_is_one_sentence(tokens: Tokens, user: str, role: Any, days: Any):
    with pytest.raises(BadRequest, match=r"^[A-Z].*\.$"):
        tokens.invite(user, role, days)


def test_a_share_opens_its_session_and_names_nobody(tokens: Tokens):
    share = tokens.share("abc", "viewer", 7)
    assert tokens.grant(share) == Grant(session="abc", role="viewer", expires=NOW + 7 * DAY)
    with pytest.raises(Unauthorized):
        tokens.person(share)
    for other in (tokens.invite("ada", "owner", 7), tokens.guest(tokens.grant(share)), share[:-2]):
        with pytest.raises(Unauthorized):
            tokens.grant(other)


SHARE: dict[str, Any] = {"aud": "thinkaloud-share", "share": "abc", "role": "member", "exp": NOW + 60}


@pytest.mark.parametrize(
    "claims",
    [
        SHARE | {"aud": "thinkaloud"},
        SHARE | {"aud": ["thinkaloud-share"]},
        SHARE | {"role": "owner"},
        SHARE | {"role": ["member"]},
        SHARE | {"share": "../x"},
        SHARE | {"share": 7},
        SHARE | {"share": "a" * 65},
        SHARE | {"exp": NOW},
        SHARE | {"user_id": "ada"},
        {"share": "abc", "role": "member", "exp": NOW + 60},
    ],
)
def test_a_share_with_anything_wrong_opens_nothing(tokens: Tokens, claims: dict[str, Any]):
    assert tokens.grant(signed(SHARE)).session == "abc"
    with pytest.raises(Unauthorized):
        tokens.grant(signed(claims))


@pytest.mark.parametrize(("session", "role"), [("abc", "owner"), ("a/b", "member"), ("", "viewer")])
def test_nobody_can_share_what_cannot_be_shared(tokens: Tokens, session: str, role: Any):
    with pytest.raises(BadRequest):
        tokens.share(session, role, 1)


def test_a_guest_keeps_name_and_rooms_and_each_room_closes_when_its_link_said_so(tokens: Tokens, clock: MovedClock):
    first = tokens.known(tokens.guest(tokens.grant(tokens.share("short", "member", 1))))
    assert first.person.user.startswith("guest-")
    assert (first.person.role, first.person.rooms) == ("member", {"short": "member"})
    token = tokens.guest(tokens.grant(tokens.share("long", "viewer", 9)), first)
    both = tokens.known(token)
    assert both.person.user == first.person.user
    assert both.person.rooms == {"short": "member", "long": "viewer"}
    assert both.expires == NOW + 9 * DAY
    clock.ms += DAY * 1000
    later = tokens.known(token)
    assert (later.person.role, later.person.rooms) == ("viewer", {"long": "viewer"})
    clock.ms += 8 * DAY * 1000
    with pytest.raises(Unauthorized):
        tokens.known(token)


def test_a_second_link_takes_nothing_away_and_prolongs_nothing_else(tokens: Tokens):
    member = tokens.known(tokens.guest(tokens.grant(tokens.share("abc", "member", 1))))
    viewer = tokens.known(tokens.guest(tokens.grant(tokens.share("abc", "viewer", 9)), member))
    assert viewer.person.rooms == {"abc": "member"}
    assert viewer.until == {"abc": NOW + DAY}


def test_a_guest_of_many_rooms_still_fits_into_a_cookie(tokens: Tokens):
    known = None
    for i in range(40):
        token = tokens.guest(tokens.grant(tokens.share(f"{i:064}", "member", 9)), known)
        known = tokens.known(token)
    assert known
    assert len(token) < 4000
    assert f"{39:064}" in known.person.rooms


def test_two_guests_are_not_the_same_person(tokens: Tokens):
    grant = tokens.grant(tokens.share("abc", "viewer", 1))
    assert tokens.person(tokens.guest(grant)).user != tokens.person(tokens.guest(grant)).user


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path):
    secret = token_secret(tmp_path / "data", {})
    assert len(secret) >= 32
    assert token_secret(tmp_path / "data", {"JWT_SECRET": ""}) == secret
    assert stat.S_IMODE((tmp_path / "data" / "token-secret").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["token-secret"]
    assert kept(tmp_path / "data", "secret") != secret


def test_a_server_and_an_invitation_that_start_at_once_have_the_same_secret(tmp_path: Path):
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.append(kept(tmp_path, "secret"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(made) == 16
    assert len(set(made)) == 1


def test_the_secret_from_the_environment_is_taken_and_leaves_nothing_behind(tmp_path: Path):
    assert token_secret(tmp_path, {"JWT_SECRET": SECRET}) == SECRET
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "secret", ["swordfish", "x" * 31, "-----BEGIN PUBLIC KEY-----" + "x" * 9, "ssh-rsa " + "x" * 40]
)
def test_a_secret_that_keeps_nothing_safe_is_refused_in_one_sentence(tmp_path: Path, secret: str):
    with pytest.raises(BadRequest, match=r"^JWT_SECRET .*\.$") as error:
        token_secret(tmp_path, {"JWT_SECRET": secret})
    assert secret not in error.value.message


def test_an_emptied_secret_is_made_anew_and_a_shortened_one_is_not_used(tmp_path: Path):
    (tmp_path / "secret").write_text("\n")
    assert len(kept(tmp_path, "secret")) >= 32
    (tmp_path / "secret").write_text("abc\n")
    with pytest.raises(StorageError, match="too short"):
        kept(tmp_path, "secret")
    (tmp_path / "secret").write_bytes(b"\xff" * 40)
    with pytest.raises(StorageError):
        kept(tmp_path, "secret")
