"""What citizens typed for a birth, a marriage or a death: the electronic forms of civil status."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hub.demo.people import name, person

if TYPE_CHECKING:
    from random import Random

    from hub.demo.people import Person

FORMS = {"1.001193": "birth", "1.000894": "marriage", "1.000656": "death"}  # procedure → form
VERIFIED_SHARE = 0.6  # of people whom the population database confirmed


def form(chance: Random, code: str, applicant: Person, day: date) -> dict[str, Any]:
    """Fill in a form. day: when the dossier is filed; what it tells of happened shortly before."""
    fill = {"birth": _birth, "marriage": _marriage, "death": _death}[code]
    registration = {"kind": "new", "place": f"UBND {applicant.home.name}", "copies": chance.randint(1, 5)}
    return {"code": code, "data": {"registration": registration, **fill(chance, applicant, day)}}


def _birth(chance: Random, applicant: Person, day: date) -> dict[str, Any]:
    gender = chance.choice(("male", "female"))
    mother = person(chance, gender="female", born=(1985, 2004), at_home=True)
    father = person(chance, gender="male", born=(1980, 2003), at_home=True)
    born = day - timedelta(days=chance.randint(2, 40))
    return {
        "birth_certificate": {"number": f"{chance.randrange(10_000):05}/GCS", "issued_on": f"{born}"},
        "child": {
            "name": name(chance, gender, family=father.name.split()[0]),
            "gender": gender,
            "birth_date": f"{born}",
            "birth_place": mother.address,
            "home_town": father.address,
            "ethnicity": father.ethnicity,
            "nationality": "Việt Nam",
            "kind": "both_parents",
        },
        "mother": _who(chance, mother),
        "father": _who(chance, father),
        "applicant": _applicant(applicant, "Cha" if applicant.gender == "male" else "Mẹ"),
    }


def _marriage(chance: Random, applicant: Person, _day: date) -> dict[str, Any]:
    other = person(chance, gender="female" if applicant.gender == "male" else "male", born=(1980, 2004), at_home=True)
    husband, wife = (applicant, other) if applicant.gender == "male" else (other, applicant)
    times = {"marriage_count": 1, "marital_status": "never_married"}
    return {"husband": {**_who(chance, husband), **times}, "wife": {**_who(chance, wife), **times}}


def _death(chance: Random, applicant: Person, day: date) -> dict[str, Any]:
    dead = person(chance, born=(1930, 1960), at_home=True)
    died = day - timedelta(days=chance.randint(1, 10))
    return {
        "deceased": {
            **_who(chance, dead),
            "gender": dead.gender,
            "died_on": f"{died}",
            "died_at": f"{chance.randint(0, 23):02}:{chance.randint(0, 59):02}",
            "death_place": dead.address,
            "cause": "Tuổi già",
        },
        "notice": {"kind": "commune", "number": f"{chance.randrange(1000)}/GBT", "issued_on": f"{died}"},
        "applicant": _applicant(applicant, "Con"),
    }


def _who(chance: Random, someone: Person) -> dict[str, Any]:
    return {
        "name": someone.name,
        "birth_date": someone.birth_date,
        "ethnicity": someone.ethnicity,
        "nationality": "Việt Nam",
        "residence_kind": "permanent",
        "residence": someone.address,
        "identity": _identity(someone),
        "personal_id": someone.number,
        "verified": chance.random() < VERIFIED_SHARE,
    }


def _applicant(someone: Person, relationship: str) -> dict[str, Any]:
    return {
        "name": someone.name,
        "relationship": relationship,
        "identity": _identity(someone),
        "phone": someone.phone,
        "email": someone.email,
    }


def _identity(someone: Person) -> dict[str, str]:
    return {"type": "personal_id", "number": someone.number, "issued_on": "2022-03-15", "issued_by": "Bộ Công an"}
