"""What citizens typed for a birth, a marriage or a death; the names are those the civil-status connector reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.demo.people import name, person

if TYPE_CHECKING:
    from random import Random

    from hub.demo.people import Person

FORMS = {"1.001193": "birth", "1.000894": "marriage", "1.000656": "death"}  # procedure → form


def form(chance: Random, code: str, applicant: Person, day: str) -> dict[str, Any]:
    """Fill in a form. day: that of the event (YYYY-MM-DD), shortly before the dossier."""
    fill = {"birth": _birth, "marriage": _marriage, "death": _death}[code]
    return {"code": code, "data": fill(chance, applicant, day)}


def _birth(chance: Random, applicant: Person, day: str) -> dict[str, Any]:
    gender = chance.choice(("male", "female"))
    mother = person(chance, gender="female", born=(1985, 2004), at_home=True)
    father = person(chance, gender="male", born=(1980, 2003), at_home=True)
    return {
        "copies": chance.randint(1, 5),
        "child": {
            "name": name(chance, gender, family=father.name.split()[0]),
            "gender": gender,
            "birth_date": day,
            "birth_place": mother.address,
            "ethnicity": father.ethnicity,
            "nationality": "Việt Nam",
        },
        "mother": _who(mother),
        "father": _who(father),
        "requester": {**_who(applicant), "relation": "Cha"},
    }


def _marriage(chance: Random, applicant: Person, day: str) -> dict[str, Any]:
    other = person(chance, gender="female" if applicant.gender == "male" else "male", born=(1980, 2004), at_home=True)
    husband, wife = (applicant, other) if applicant.gender == "male" else (other, applicant)
    times = {"marriage_count": 1, "marital_status": "Chưa đăng ký kết hôn lần nào"}
    return {"copies": 2, "day": day, "husband": {**_who(husband), **times}, "wife": {**_who(wife), **times}}


def _death(chance: Random, applicant: Person, day: str) -> dict[str, Any]:
    dead = person(chance, born=(1930, 1960), at_home=True)
    return {
        "copies": chance.randint(1, 3),
        "deceased": {
            **_who(dead),
            "death_date": day,
            "death_time": f"{chance.randint(0, 23):02}:{chance.randint(0, 59):02}",
            "death_place": dead.address,
            "cause": "Tuổi già",
        },
        "requester": {**_who(applicant), "relation": "Con"},
    }


def _who(someone: Person) -> dict[str, Any]:
    return {
        "name": someone.name,
        "gender": someone.gender,
        "birth_date": someone.birth_date,
        "ethnicity": someone.ethnicity,
        "nationality": "Việt Nam",
        "personal_id": someone.number,
        "address": someone.address,
        "phone": someone.phone,
    }
