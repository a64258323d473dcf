"""What the rehearsal does, in words: the one text both engines were written from.

The documentation and every study report print it from here. Who changes an engine changes it here
first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from peerkit.simulation.record import Engine

__all__ = [
    "ALGORITHMS",
    "ASSUMPTIONS",
    "DAY",
    "EXECUTION",
    "FLOW",
    "LIMITS",
    "LUCK",
    "PARTS",
    "Told",
]


@attrs.frozen
class Told:
    """Something the model does, by its name, and how."""

    name: str
    says: str


#: How people go through the program.
FLOW: Final = """\
people come     -> waiting list
waiting list    -> matched, when a peer is free, the handbook allows it and the person accepts
                -> gives up, when their patience is over                              (exit)
matched         -> an appointment, then the next: held, missed, cancelled, put off or refused
                -> finished, or left, after an appointment                            (exit)
the peer leaves -> waiting list again
                -> does not wait for another peer                                     (exit)
"""

#: The course of one day, in this order.
DAY: Final = (
    Told(
        "Peers go",
        "Whoever served their last day the day before is gone, and so are those who leave on this "
        "date as the scenario says: of the peers present, those with the highest posts. Their "
        "matches end. Of their people the share `matching.stays_after_loss` waits for another "
        "peer; the others are gone.",
    ),
    Told(
        "Peers begin",
        "A post that has been vacant for the days of `peers.vacancy` is filled by somebody new, "
        "with experiences, languages, absences and talks of their own.",
    ),
    Told(
        "Talks with the supervisor",
        "Whoever serves and has a talk on this day has it. A talk on a day of absence does not "
        "take place.",
    ),
    Told(
        "Notice",
        "Every 28 days it is looked at which of the peers in service gives notice. They take on "
        "nobody new, and serve for the days of `peers.notice`.",
    ),
    Told(
        "People come",
        "The people of the day join the waiting list, in their order. On the first day those who "
        "walk with a peer already come before those who wait already, and both before the "
        "others.",
    ),
    Told(
        "Giving up",
        "Whoever has waited as long as they are patient leaves the list.",
    ),
    Told(
        "Matching",
        "The list is gone through once, the longest wait first. For each person a free peer is "
        "chosen, and the handbook is asked about the match. What it refuses is written down, and "
        "the next peer is asked for the same person; that peer is proposed to nobody else on this "
        "day. A person may decline: they stay on the list, are not proposed to this peer again, "
        "and are asked again the next day at the earliest. Otherwise they are matched, and "
        "have a first appointment 1 to 7 days later.",
    ),
    Told(
        "Groups",
        "Each group has a day of the week, and meets where its peer serves and is not away. Of "
        "the people who walk with a peer and want to come, as many are expected as the group is "
        "planned for, the earliest first. Where sessions are planned, the handbook is asked: a "
        "group that is too large is planned again for as many as it allows, and none meets whose "
        "peer may not plan. Some of those expected come.",
    ),
    Told(
        "Appointments",
        "By person. A peer who is away holds none: the appointment is put off by the person's own "
        "interval. Where sessions are planned, the handbook is asked; what it refuses is written "
        "down and put off in the same way. Any other appointment is held, missed or cancelled, as "
        "it is the person's to keep it. In one that is held, something may be asked that is no "
        "peer's work: the handbook is asked and its refusal written down, and the peer may give "
        "in all the same, which is reported with its minutes. After the last one the match "
        "ends, and the place is free from the next day on.",
    ),
    Told(
        "Beds",
        "Guests whose nights are over leave; people ask for a bed; whoever has waited longer than "
        "`beds.patience` goes elsewhere; free beds are offered in the order of asking. A stay "
        "longer than the handbook allows is refused, and offered for the nights it does allow.",
    ),
    Told(
        "Counting",
        "At the end of the day those who wait, those who walk with a peer and the peers in service "
        "are counted.",
    ),
)

#: How choices are made that a reader may want to repeat.
ALGORITHMS: Final = (
    Told(
        "Arrivals",
        "The number of people on a day is Poisson, with the mean `arrivals.per_week` / 7 times the "
        "factor of the month. Each has a need, an interval between appointments and a length of "
        "session, drawn by their shares.",
    ),
    Told(
        "Candidates",
        "Peers who serve, speak the person's language, have lived through what the person has "
        "(where `matching.shared`), are not away, have not given notice, have fewer people than "
        "`peers.places`, were not refused on this day and were not declined by this person.",
    ),
    Told(
        "What peers have lived through, and speak",
        "Each experience that the scenario lists of peers with its share, all drawn apart, and "
        "each language likewise. A peer may have none of those listed: they have "
        "lived through something else, or speak another language. What nobody lists, nobody has. "
        "Where nothing is listed, every peer has every experience, or speaks every language.",
    ),
    Told(
        "Choosing among candidates",
        "`longest-free`: the one whose place has been free longest (at the beginning the first "
        "places of all peers, then the second ones). `least-loaded`: the one with the fewest "
        "people. Of several, the one with the lowest post.",
    ),
    Told(
        "A person's course",
        "Everybody has a score of how it goes, which begins as a standard normal draw and takes a "
        "normal step at each appointment, with mean `course.drift_held` after one that was held "
        "and `course.drift_missed` after another, and standard deviation `course.sd`. After each "
        "they leave with probability `course.hazard` × exp(−`course.slope` × score). They are "
        "finished when they have had as many sessions as they want: a lognormal of median "
        "`course.dose` and spread `course.dose_spread`, 1 or more; where the median is 0 it goes "
        "on without an end. The course is numbered by their own "
        "appointments: waiting, absence and refusals delay it, and do not use it up.",
    ),
    Told(
        "Patience",
        "Exponential with mean `matching.patience` days, 1 or more, drawn anew each time somebody "
        "goes on the list.",
    ),
    Told(
        "Leaving of peers",
        "The yearly share `peers.turnover` is a hazard, multiplied by exp(`peers.turnover_load` × "
        "(people / places − 1) + `peers.turnover_unsupervised`, where supervision is overdue).",
    ),
    Told(
        "Absence",
        "On each day an absence begins with probability `peers.leave_per_year` / 365; its length "
        "is drawn from `peers.leave_days`.",
    ),
    Told(
        "Giving in",
        "A peer gives in to what is no peer's work with probability logistic(logit("
        "`sessions.drift`) + `sessions.drift_load` × (people / places − 1/2)).",
    ),
    Told(
        "Outcomes",
        "For each run the effect on readmission is drawn from one of two trials: with probability "
        "`outcomes.johnson` from Johnson 2018, otherwise from ENRICH; it moves the log odds. "
        "Effects on recovery and hope are normal draws, in standard deviations. All of them work "
        "in full from `outcomes.full_dose` sessions on and in proportion below. What "
        "somebody would come to without peers is the same in every scenario.",
    ),
)

#: What is taken for granted, whatever the numbers are.
ASSUMPTIONS: Final = (
    "Time goes in days; within a day things happen in the order told above.",
    (
        "What a person would do is theirs: it hangs neither on other people nor on the peer they "
        "walk with. The program delays it or ends it; it does not change it."
    ),
    (
        "A peer's load changes what they give in to and whether they leave, not what becomes of "
        "the people they walk with."
    ),
    "Peers are alike but for their experience, languages and absences.",
    "Those who serve on the first day began a year before it, and had their talks.",
    "An effect grows in a straight line with the sessions held, up to a full dose.",
    (
        "Guests of the respite house are people of their own; they are not the people who walk "
        "with a peer."
    ),
)

#: The parts of the model, as reporting guidelines ask for them.
PARTS: Final[Mapping[str, tuple[Told, ...]]] = {
    "entities": (
        Told("People", "who come with a need: what they have lived through, and a language."),
        Told("Peers", "who serve in posts, one after another in each."),
        Told("Guests", "who ask for a bed in the respite house, where there is one."),
    ),
    "activities": (
        Told("Appointments", "of one person with their peer; held ones take minutes."),
        Told("Talks", "of a peer with the supervisor."),
        Told("Groups", "led by a peer, each once a week."),
        Told("Stays", "of some nights in the respite house."),
    ),
    "resources": (
        Told("Places", "`peers.places` for each peer; the handbook's caseload limits them."),
        Told("Beds", "`beds.count` of them."),
    ),
    "queues": (
        Told(
            "The waiting list",
            "by the day somebody went on it, then by the order in which they came. Whoever finds "
            "no free peer with the experience and language is passed over. People leave it when "
            "their patience is over; whoever loses their peer goes on it anew.",
        ),
        Told("Waiting for a bed", "by the order of asking, for `beds.patience` days."),
    ),
    "entry and exit": (
        Told("Entry", "on the day somebody comes; on the first day, those who are there already."),
        Told(
            "Exit",
            "when somebody leaves after an appointment, has had as many sessions as they want, "
            "gives up waiting, or loses their peer and does not wait for another. Nobody else "
            "leaves before the last day.",
        ),
    ),
}

#: How chance is drawn.
LUCK: Final = (
    (
        "A draw is worked out from names, not taken from a sequence: the seed, the number of the "
        "run and the question give a key (BLAKE2b, 64 bits); the key, the person or post and how "
        "often it was asked before are mixed as in SplitMix64 (Steele, Lea and Flood 2014). So "
        "each question has a stream of its own, and one question more changes no other answer."
    ),
    (
        "Run k of every scenario has the same luck: the same people come, and do the same as long "
        "as the program lets them (common random numbers)."
    ),
    (
        "Normal draws are 65,536 quantiles in thousandths of a standard deviation. Days, minutes, "
        "scores and money are whole numbers, so sums are the same on every machine and in any "
        "order."
    ),
)

#: How each engine executes the model.
EXECUTION: Final = {
    Engine.FAST: "The fast engine: everybody's course is worked out beforehand by arrays, and a "
    "loop over days brings people and peers together. Limits are read from the handbook.",
    Engine.DOOR: "Through the door: every act is asked of a real program, with all its rules.",
}

#: The limits of a handbook that stand against something in a rehearsal.
LIMITS: Final = (
    "caseload",
    "supervision",
    "supervision-weeks",
    "supervision-weeks-first",
    "supervision-sessions-a-month",
    "supervision-minutes-a-month",
    "work-hours-for-each-supervision-hour",
    "minutes-a-day",
    "minutes-a-week",
    "minutes-a-year",
    "group-size",
    "peers-for-one-supervisor",
    "respite-nights",
)
