# %% [markdown]
# # Lesson 1: is this my role?
#
# For peers, for those who train them, and for whoever wants to practise. Somebody asks a peer to do
# something. You say in one word whether it is in the role. The book says what it thinks, why, on
# which source, and what to do instead.
#
# It takes half an hour, alone or in a group. Read
# [the five answers](../../site/tutorials/five-answers/index.html) first if you have never asked the
# book. Everybody in these situations is invented.
#
# **On this page** a learner whom we invented has answered already. **To answer yourself**, open
# `examples/lessons/01_is_this_my_role.py` as a notebook: Jupyter with jupytext does it. Run
# `make docs` once before, so that the links have pages to lead to.

# %%
from IPython.display import Markdown, display

import peerkit as pk
from peerkit.testing.lessons import ANSWERS, Marked, check, deal, titled, told, weak_spots
from peerkit.testing.situations import Situation

# %% [markdown]
# ## Choose
#
# The catalogue has its activities in groups. Choose one or more of them by their codes.

# %%
book = pk.Handbook.load()
filled = {each.group for each in book.activities.values()}
titles = {code: title for code, title in book.groups.items() if code in filled}
display(Markdown("\n".join(f"- `{code}`: {title}" for code, title in titles.items())))

# %% [markdown]
# Another seed deals other situations; the same seed deals the same ones again.

# %%
groups = ["closeness", "own-story", "clinical-work", "finding-the-way"]
dealt = deal(*groups, seed=3, count=6)

# %% [markdown]
# ## Answer
#
# There are five answers. Two mistakes weigh the same: to let something through that is no peer's
# work, and to stop what peers are there for. So "no" is not the safe answer.

# %%
display(Markdown("\n".join(f"- **{word}**: {means}" for word, (_, means) in ANSWERS.items())))

# %% [markdown]
# Leave this list empty and you are asked. Or write your answers into it beforehand, in order.

# %% given=["talk", "yes", "no", "no", "facts", "yes"]
answers: list[str] = []


# %%
def ask(situation: Situation, number: int) -> Marked:
    """Show a situation, take an answer, and show what the book says."""
    question, *lines = told(situation)
    display(Markdown("\n\n".join([f"### {number}. {question}", *lines])))
    while True:
        try:
            said = answers[number - 1] if answers else input(f"{', '.join(ANSWERS)}? ")
            marked = check(situation, said)
        except pk.BadInput as error:
            if answers:
                raise
            print(error)
        else:
            told_of = f"You say **{said}**. That is {marked.slip}: *{titled(situation)}*."
            display(Markdown(told_of), marked.decision)
            return marked


marked = [ask(situation, number) for number, situation in enumerate(dealt, 1)]

# %% [markdown]
# *Talk about it:* where the book and you differ, one of you may be wrong. Open the sources. Does
# your own program say otherwise? A [layer](../../site/how-to/add-a-limit-or-a-layer/index.html)
# writes that down.
#
# ## Your score

# %%
right = sum(each.right for each in marked)
display(Markdown(f"**{right} of {len(marked)}** as the book has it."))

# %% [markdown]
# ## Where to look again
#
# *Too free* is a step out of the role. *Too strict* stops peer work. Each line leads to the page of
# its group, with every activity in it.

# %%
PAGES = "../../site/reference/activities"
lines = [
    f"- [{titles[each.group]}]({PAGES}/{each.group}/index.html): {each.right} of {each.asked} "
    f"right, {each.too_free} too free, {each.too_strict} too strict"
    for each in weak_spots(marked)
]
display(Markdown("\n".join(lines) or "Nothing: each answer was the book's own."))

# %% [markdown]
# ## Go on
#
# - Change `groups` and `seed`, and deal again.
# - Every [activity](../../site/reference/activities/index.html), and
#   [who may do what](../../site/reference/permissions/index.html).
# - What to do with an answer that is not a yes:
#   [find the way forward](../../site/how-to/find-the-way-forward/index.html).
# - Write [a situation](../../site/how-to/write-a-situation/index.html) of your own.
