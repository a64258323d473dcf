# %% [markdown]
# # Lesson 3: compare two policies
#
# For planners and researchers, and for whoever has to choose between two ways to run a program.
# With how many people should a peer walk at once, twelve or twenty? Is it worth the money to talk
# with the supervisor every week? Three peers have said that they will leave in spring. You compare
# policies on the same luck, learn how sure you may be, and hand in a report that anybody can make
# again to the last digit.
#
# It takes an hour, alone or in a group, after
# [lesson 2](../../site/tutorials/plan-a-program/index.html). Everybody in it is made up.
#
# **On this page** it was run as it stands. **To change it**, open
# `examples/lessons/03_compare_two_policies.py` as a notebook: Jupyter with jupytext does it. Run
# `make docs` once before, so that the links have pages to lead to.

# %%
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from IPython.display import Markdown, display

from peerkit.simulation import (
    MEASURES,
    Arrivals,
    Experiment,
    Leaving,
    Peers,
    Scenario,
    Within,
    manifest_of,
    picture_of_differences,
    read_manifest,
    report,
    rerun,
    trials,
    vary_each,
    write_manifest,
)


def show(*lines: str) -> None:
    """A list."""
    display(Markdown("\n".join(f"- {line}" for line in lines)))


# %% [markdown]
# ## Three policies, and one that is a wish
#
# The base: six people a week, six peers with twelve places, a talk with the supervisor every other
# week, of which one in five does not take place. On 6 April three of the six peers leave, and
# each place is filled again after a month.
#
# `limits` are the program's own numbers over the handbook, so twelve is not only the plan: a
# thirteenth person is refused.

# %%
twelve = Scenario(
    name="twelve",
    limits={"caseload": 12},
    arrivals=Arrivals(per_week=6),
    peers=Peers(
        count=6,
        places=12,
        supervision_every=14,
        supervision_missed=0.2,
        leaving=(Leaving(on=date(2026, 4, 6), peers=3),),
    ),
)
twenty = twelve.but({"limits.caseload": 20, "peers.places": 20}, "twenty")
weekly = twelve.but({"peers.supervision_every": 7}, "weekly talks")
all_stay = twelve.but({"peers.leaving": ()}, "all stay")

# %% [markdown]
# *Talk about it:* write down what you expect before you look. By how many days will the wait be
# shorter with twenty than with twelve? What will weekly talks change, beside the bill?
#
# ## The same luck
#
# Each policy lives through twenty years. In year 7 the same people come on the same days, miss the
# same appointments and lose patience after the same wait, whichever policy it is. What differs
# between two policies is what the policy did, and not who happened to come.

# %%
study = Experiment([twelve, twenty, weekly, all_stay], replications=20).run()

# %%
years = {name: study.values(name, "gave_up").values() for name in study.names}
show(*(f"{name}: {min(n):.0f} to {max(n):.0f} people gave up" for name, n in years.items()))

# %% [markdown]
# That is how far the years of one policy lie apart. A good year of one looks like a bad year of
# another, so we do not compare two years. We take the difference in each year, and then the mean of
# the twenty differences.

# %%
display(picture_of_differences(study, "twelve", ["wait_mean", "gave_up", "hours_of_a_peer"]))

# %% [markdown]
# In numbers, for whoever gave up and whoever lost their peer:

# %%
others = ("twenty", "weekly talks", "all stay")
for measure in ("gave_up", "lost_peer"):
    display(Markdown(f"**{MEASURES[measure].says.capitalize()}:**"))
    show(*(study.difference(each, "twelve", measure).explain() for each in others))

# %% [markdown]
# A bar in the picture, and the brackets here, say where the mean difference would probably lie
# after very many years. Where they hold 0, these years do not tell the two apart; that there is no
# difference, they do not say either.
#
# Had each policy lived through other years, with other people, much of what differs would have
# been chance. How much of that chance did the same luck take away?

# %%
saved = {each: study.difference(each, "twelve", "gave_up").saved or 0.0 for each in others}
show(*(f"{other} less twelve: {share:.0%}" for other, share in saved.items()))

# %% [markdown]
# Much of it where two policies are alike, and little where they are not: with twenty places hardly
# anybody gives up in any year, so there is little that the years have in common.
#
# *Talk about it:* waits get shorter with twenty. What does this number not count that a peer would
# tell you about, on a day with twenty people in mind?
#
# ## What it costs
#
# Weekly talks cost hours of a supervisor. What do they buy here? When two talks in a row do not
# take place, the last one is longer ago than a month, and the handbook stops the planning of that
# peer until the next one. With a talk every week that hardly happens.

# %%
paid = study.difference("weekly talks", "twelve", "cost").difference.mean / 100
show(
    f"Weekly talks cost {paid:,.0f} dollars a year more.",
    study.difference("weekly talks", "twelve", "refused.supervision").explain(),
    study.difference("weekly talks", "twelve", "gave_up").explain(),
)

# %% [markdown]
# Supervision is there for the peers. What it does for them, no number here counts.
#
# ## How many years are enough?
#
# Say beforehand how exactly you need to know it: the difference of the wait to one day, up or down.
# The experiment goes on until it knows.

# %%
enough = Within("wait_mean", 1.0, against="twelve", most=200)
longer = Experiment([twelve, twenty], replications=10, until=enough).run()
show(*(each.explain() for each in enough.asked(longer).values()))

# %% [markdown]
# More years make the arithmetic surer, and no assumption truer. A thousand years of a wrong number
# are wrong to three digits.
#
# ## Which numbers does it hang on?
#
# Three numbers that you do not know well are changed, one at a time, and the wait with twelve is
# looked at again.

# %%
design = vary_each(
    twelve,
    {
        "arrivals.per_week": (5.0, 7.0),
        "course.dose": (6.0, 10.0),
        "sessions.no_show": (0.1, 0.3),
    },
)
moved = Experiment(design.scenarios, replications=10).run()
show(*(each.explain() for each in design.moves(moved, "wait_mean")))

# %% [markdown]
# *Talk about it:* one person more or fewer a week moves the wait about as far as the policy does.
# Which of the three do you know? Ask for that one first.
#
# ## Two trials that disagree
#
# Do people come back to hospital less often when a peer walks with them? Two trials asked:

# %%
show(*(f"**{each.name}** ({each.design}): {each.figure('readmitted')}" for each in trials()))

# %% [markdown]
# The pretend program knows no more than they do. In each run one of them is drawn, and
# `outcomes.johnson` says how often it is the first. Does the choice between twelve and twenty hang
# on which of them you believe? Two years are lived through, so that people can be followed for one.

# %%
for believed, share in (("ENRICH 2022", 0.0), ("Johnson 2018", 1.0)):
    change = {"days": 730, "outcomes.johnson": share}
    two = [each.but(change, each.name) for each in (twelve, twenty)]
    later = Experiment(two, replications=10).run()
    less = later.difference("twenty", "twelve", "readmitted").explain()
    display(Markdown(f"As in **{believed}**, {less}"))

# %% [markdown]
# Whichever you believe, it is a difference of less than one person in a hundred: the choice does
# not rest on readmissions. And what stands there was put in: it is
# [no evidence of what peers do](../../site/explanation/what-the-rehearsal-can-say/index.html).
#
# ## A report that runs again
#
# A report says what was done, by the items of the guideline STRESS-DES. What only you know stays a
# visible blank until you write it. Beside it goes a *manifest*: every scenario in full, the seed,
# the versions, the edition of the handbook.

# %%
written = report(
    study,
    title="Twelve or twenty",
    author={"1.1": "We want to know how many people a peer should walk with before we hire."},
    measures=["wait_mean", "gave_up", "lost_peer", "refused.supervision", "cost"],
    against="twelve",
)
with TemporaryDirectory() as folder:
    (Path(folder) / "report.md").write_text(written, encoding="utf-8")
    (Path(folder) / "manifest.json").write_text(write_manifest(manifest_of(study)), "utf-8")

    again = rerun(read_manifest(Path(folder) / "manifest.json"))

blanks = [line for line in written.splitlines() if line.startswith("> **To be written")]
show(
    f"The report has {len(written.splitlines())} lines, and {len(blanks)} blanks for you.",
    f"The digest of the study is `{manifest_of(study).digest[:16]}…`",
    f"and of the one made again from its manifest `{manifest_of(again).digest[:16]}…`",
)

# %% [markdown]
# `rerun` has compared every number to its last digit. Had one been another, it would have said
# which, in which year, and what is installed differently. These are some of the blanks:

# %%
show(*(line.removeprefix("> ") for line in blanks[:3]))

# %% [markdown]
# *Talk about it:* who in your program has to be in the room before a number like this decides
# anything?
#
# ## Go on
#
# - Keep the report and the manifest in a folder of yours instead of one that vanishes.
# - Add a policy of your own to the four: `twelve.but({…}, "its name")`.
# - Take who comes from your own records, with
#   [an HMIS export](../../site/how-to/from-an-hmis-export-to-a-scenario/index.html).
# - [What the rehearsal can say](../../site/explanation/what-the-rehearsal-can-say/index.html),
#   and what it cannot.
