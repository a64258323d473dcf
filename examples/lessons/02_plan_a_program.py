# %% [markdown]
# # Lesson 2: plan a program
#
# For whoever plans a peer program that does not exist yet. Six people will come each week. How many
# peers do you need? With how many people can each of them walk at once? (To walk with somebody is
# to meet them again and again, as their peer.) How often do they talk with a supervisor? You write
# down a first idea, live through a pretend year of it under the real handbook, and change your mind
# before anybody is hired.
#
# It takes three quarters of an hour, alone or in a group. Nobody has to know how to program: you
# change numbers, and run the cells again. Everybody in it is made up.
#
# **On this page** it was run as it stands. **To change it**, open
# `examples/lessons/02_plan_a_program.py` as a notebook: Jupyter with jupytext does it. Run
# `make docs` once before, so that the links have pages to lead to.

# %%
from IPython.display import Markdown, display

from peerkit.simulation import (
    ASSUMED,
    MEASURES,
    Arrivals,
    Experiment,
    Peers,
    Scenario,
    handbook_of,
    measured_in,
    parameters,
    picture_of_time,
    simulate,
    sweep,
)


def show(*lines: str) -> None:
    """A list."""
    display(Markdown("\n".join(f"- {line}" for line in lines)))


# %% [markdown]
# ## A first idea
#
# A *scenario* is a program that does not exist yet. Whatever you do not say has a default. Ours is
# a thrifty idea: four peers, each with places for 25 people, who talk with their supervisor every
# two months.

# %%
idea = Scenario(
    name="first idea",
    arrivals=Arrivals(per_week=6),
    peers=Peers(
        count=4,
        places=25,
        supervision_every=60,
    ),
)

# %% [markdown]
# *Talk about it:* before you go on, write down what you expect. How many people will wait on the
# last day of the year?
#
# ## One year
#
# Live through it once. People come, wait, find a peer, meet, and leave when they have had enough.

# %%
year = simulate(idea)
found = measured_in(year)
asked = ("came", "matched", "wait_mean", "wait_90", "gave_up", "waiting_at_end")
show(*(f"**{found[name]:.0f}** {MEASURES[name].says}" for name in asked))

# %% [markdown]
# The waiting list and the caseloads, day by day:

# %%
display(picture_of_time(year))

# %% [markdown]
# The program begins empty, so in the first months there is a place for everybody. Then the peers
# stop at twenty people each, though the plan has 25, and the list grows.
#
# *Talk about it:* who are the people who gave up? Where would they have gone in your town?
#
# ## What the handbook stood against
#
# The pretend program lives under the same handbook as a real one. What it does not allow does not
# happen, and each refusal is a row in the results. Counted by the clause that stood against it:

# %%
refused = {name: n for name, n in found.items() if name.startswith("refused.")}
show(*(f"{n:.0f} times: `{name.removeprefix('refused.')}`" for name, n in refused.items()))

# %% [markdown]
# Many of these belong to any year: now and then somebody asks a peer for what is not a peer's work,
# and the book says so. Two of them belong to our idea. What does the book say there, and where is
# that written?

# %%
book = handbook_of(idea).on(idea.begins)
for clause in (book.clause("caseload"), book.clause("supervision")):
    limit = f"{clause.value} {clause.unit_for(clause.value)}"
    display(
        Markdown(
            f"**{clause.id}: {limit}.** {clause.says}\n\n*Instead:* {clause.instead}\n\n"
            + "\n".join(f"- {passage}" for passage in clause.passages)
        )
    )

# %% [markdown]
# So the idea breaks in two places. A peer who walks with twenty is not proposed to one person more,
# whatever the plan says: five of the 25 places do not exist. And when the last talk with the
# supervisor is longer ago than a month, nobody new is matched with that peer and no session is
# planned, until they have talked. How many days of the year was that so, for each peer?

# %%
peers = year.table("peers")
show(*(f"peer {seat + 1}: {days} days" for seat, days in enumerate(peers["overdue"])))

# %% [markdown]
# *Talk about it:* the numbers are the widest that were published. What does your funder ask? A
# [layer](../../site/how-to/add-a-limit-or-a-layer/index.html) writes that down, and
# `Scenario(layers=["us/wa"])` lives under it.
#
# ## A second idea
#
# Twelve places, and a talk every other week. Only what changes is said; the rest stays.

# %%
better = idea.but({"peers.places": 12, "peers.supervision_every": 14}, "second idea")
found = measured_in(simulate(better))
show(*(f"**{found[name]:.0f}** {MEASURES[name].says}" for name in asked))

# %% [markdown]
# With half the places about as many find a peer: places that nobody may fill help nobody. (The days
# of waiting are those of people who found a peer. Who gave up waited too, and is not in them.)
#
# ## One year is no year
#
# That was one year, with one luck. Here is how many people gave up in five other years of the same
# plan:

# %%
others = [measured_in(simulate(better, run=number))["gave_up"] for number in range(1, 6)]
display(Markdown(", ".join(f"{each:.0f}" for each in others)))

# %% [markdown]
# So a plan is never judged by one year. We live through thirty, for each number of peers from four
# to seven. Year 7 has the same luck in all four: the same people come on the same days.

# %%
plans = sweep(better, {"peers.count": (4, 5, 6, 7)})
study = Experiment(plans, replications=30).run()
for measure in ("gave_up", "wait_mean", "hours_of_a_peer"):
    display(Markdown(f"**{MEASURES[measure].says.capitalize()}:**"))
    show(*(each.explain() for each in study.interval(measure).values()))

# %% [markdown]
# The number is the mean over thirty years. In brackets stands where the mean of very many years
# would probably lie: that gets narrower the more years are lived through. It is *not* where your
# year will lie. You have one year, and it may be a bad one. In three of the thirty
# years, so many people gave up, or more:

# %%
worst = {plan: sorted(study.values(plan.name, "gave_up").values())[-3] for plan in plans}
show(*(f"{plan.peers.count} peers: {people:.0f} people" for plan, people in worst.items()))

# %% [markdown]
# Two of the plans in one picture, ten years of each. The line is the year in the middle, and nine
# of ten years lie in the band: it says how differently the same plan can fare.

# %%
display(picture_of_time(simulate(plan, run=run) for plan in plans[::2] for run in range(10)))

# %% [markdown]
# *Talk about it:* how many people may give up in a bad year before you would say that the program
# fails? Which number of peers follows from that, and who pays for it?
#
# ## What these numbers cannot say
#
# They follow from what was put in. Most of that nobody measured: it is assumed, and says so. Of the
# numbers of this plan, these weigh on the waiting list:

# %%
assumed = {
    each.path: each
    for each in parameters(better)
    if each.is_default and each.given.source == ASSUMED
}
display(Markdown(f"**{len(assumed)} numbers are assumptions.** Some of them:"))
weigh = ("matching.patience", "matching.declined", "sessions.no_show", "sessions.cancelled")
show(*(f"`{path}` = {assumed[path].value}: {assumed[path].given.says}" for path in weigh))

# %% [markdown]
# Whether people get better is not found out here at all. Whoever shows a result shows this with it:

# %%
display(Markdown(f"> {year.caution}"))

# %% [markdown]
# And no number says what a peer can bear, what it is like to wait, or who never came because they
# heard of the list.
#
# *Talk about it:* which two numbers would you go and ask for in a program near you, before you
# believe any of this?
#
# ## Go on
#
# - Change the first idea, and run everything again.
# - Compare two ways to run it on the same luck:
#   [lesson 3](../../site/tutorials/compare-two-policies/index.html).
# - Take who comes from your own records, with
#   [an HMIS export](../../site/how-to/from-an-hmis-export-to-a-scenario/index.html).
# - [What the rehearsal can say](../../site/explanation/what-the-rehearsal-can-say/index.html),
#   and what it cannot.
