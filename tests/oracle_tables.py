"""What the second reading knows: the catalogue, its grey zones and its numbers, from the sources.

Written from the project's fact sheet (its sections 1.6, 1.7 and 2) and from each activity's own
words, without a look at the verdicts of the handbook. Where the two differed, the fact sheet was
read again; ``test_oracle`` says what came of it.
"""

from __future__ import annotations

from typing import Final

A, C, K, F, N = "allowed", "needs consent", "needs consultation", "needs facts", "not allowed"
HEAVIER: Final = (A, C, K, F, N)
LETTERS: Final = {"A": A, "C": C, "N": N}


def table(text: str) -> dict[str, str]:
    """``name=value`` pairs as a table."""
    pairs = [each.partition("=") for each in text.split()]
    return {name: value for name, _, value in pairs}


PEER_WORK: Final = """
reach-out listen show-understanding accept-as-they-are ask-what-helps honour-uniqueness
work-from-strengths find-strengths inspire-hope celebrate ask-back use-everyday-words keep-company
mentor bring-people-together encourage-community-role join-in share-house-life be-up-at-night
look-up-medicine help-keep-own-medication agree-boundaries leave-voicemail plan-an-ending
notice-distress reassure make-safe-space say-what-must-be-told report-danger link-resources
keep-directory compare-services help-find-health-services help-find-professional prepare-for-visit
go-along help-find-home find-money-help explain-what-is-required explain-rules support-goal-setting
look-back-on-goals weigh-choices support-wellness-plan start-group agree-ground-rules
lead-peer-group say-what-one-is write-note-together correct-record log-other-time teach-skills
share-ways-to-cope teach-everyday-skills practise-a-budget explain-recovery learn-together
coach-on-services find-information help-with-school-and-work use-recovery-tools hand-out-supplies
help-find-legal-aid prepare-for-court share-knowledge share-own-story choose-when-to-share
tell-own-self-care share-what-keeps-well tell-early-signs step-back use-own-wellness-plan
seek-own-support know-own-limits use-supervision ask-experienced-peer reflect-on-triggers
look-at-own-values keep-learning ask-about-conditions name-own-stigma advocate plan-advocacy
help-join-own-team fight-stigma work-with-colleagues bring-own-view educate-colleagues
improve-service bridge-to-clinic work-with-community settle-conflict raise-role-drift
tell-supervisor ask-what-may-be-shared ask-about-suicide us/oh:claim-support-on-the-way
"""
NEVER: Final = """
therapy diagnose label-somebody assess-risk start-romance date-former-participant
serve-former-partner serve-housemate keep-danger-secret spread-danger block-door decide-hold
choose-goal set-task pressure use-another-title promise-outcome bill-absent-session bill-other-time
lend-money keep-benefits-card do-business recruit rent-room case-management legal-advice
speak-in-court watch-screen report-compliance drink-together serve-impaired promise-secrecy
tell-outsiders practise-privately us/sc:give-own-number us/mn:serve-employer
us/mn:bill-own-residents
"""
#: What the supervisor hears of first, and under which clause (none where advice opens nothing).
ASK_FIRST: Final = table("""
give-own-number=contact-hours social-media-contact=social-media serve-employer=two-roles
end-without-notice=ending cover-case-manager= work-outside-training=
witness-directive=two-roles
""")
#: What answers decide: a verdict's letter, or the clause under which a supervisor is asked.
ANSWERS: Final = """
be-sponsor-too who-is-sponsored somebody-else=A same-person=two-roles
be-there-in-crisis crisis-part stay-and-call=A assess-alone=N
call-after-stay agency-policy yes=A no=contact-hours
check-in-on-plan whose-idea participant=A peer=A somebody-else=N
claim-time-together enrolled yes=A no=N
coordinate-health-care,work-with-family their-wish yes=A no=N
date-relative could-harm yes=N no=two-roles
decide-access alone yes=N no=gatekeeping
decline-to-serve reason fit=discrimination unsafe=own-safety who-they-are=N
drive agency-policy yes=A no=N
educate-family what-family-hears general=A about-them=N
explain-confidentiality limits explained=A denied=N
explain-rights rights-or-advice information=A advice=N
fill-in-form who-answers participant=A peer=N
fill-in-questionnaire,hand-out-screening who-interprets participant=A clinician=A peer=N
friendly-contact setting program=A private=contact-hours
give-gift,accept-gift value none=A token=gifts significant=N
give-naloxone trained yes=A emergency=A no=training-first
guest-in-group who-leads therapist=A peer=N
hand-out-screening training-and-protocol yes=A no=
help-with-a-cost whose-money program=A own=N
help-with-task who-does-it participant=A together=A peer-in-plan=A peer-on-request=doing-for peer=N
hold-medication agency-policy yes=medication-handling no=N
lead-group purpose peer-support=A education=A therapy=N
medication-talk voice first-person=A directive=N
phone-for who-speaks participant=A together=A peer-in-plan=A peer-on-request=doing-for peer=N
phone-or-text channel work=A private=contact-hours
publish-figures small-numbers none=A some=N
report-to-team what-is-told agreed=A everything=N
serve-somebody-close how-close distant=A close=two-roles
share-agreed-fact how-much needed=A more=N
share-hard-times for-whom participant=A self=N
sit-in-court,visit-in-hospital invited yes=A no=N
speak-up-for whose-view participant=A peer=N
spiritual-talk pathways theirs=A several=A one=N
suggest-option asked-first they-asked=A yes=A no=N
suggest-option options several=A one=N
touch asked yes=A no=N
us/ar:give-gift,us/ar:accept-gift value none=A token=N significant=N
us/sc:friendly-contact setting program=A private=N
us/sc:phone-or-text channel work=A private=N
use-for-research,do-peer-research data-agreement consent=A reviewed=A none=N
walk-through-services who-decides participant=A peer=N
walk-through-services who-keeps-the-plan participant=A professional=A peer=N
write-crisis-plan,write-advance-directive,write-wellness-plan author participant=A peer=N
write-note note-words plain=A interpretation=N
"""
#: What is somebody's own, and goes to others by their leave only.
LEAVE: Final = table("""
pass-on-screening=screening-results walk-to-meeting=presence say-role-in-court=presence
hand-on-wellness-plan=goals share-agreed-fact=goals tell-anothers-story=story
publish-story=publicity show-picture=publicity hand-on-number=contact-details
confirm-attendance=attendance report-to-team=goals coordinate-health-care=goals
""")
#: Work that the role may widen to.
WIDER: Final = table("""
do-peer-research=peer-researcher train-peers=trainer supervise-peers=supervisor
run-program=administrator develop-resources=trainer,educator,administrator
educate-public=educator,peer-advocate educate-policymakers=educator,peer-advocate,administrator
""")
#: What nobody has to wait for: danger, one's own wellbeing, telling the supervisor, first contact.
WHATEVER: Final = frozenset(
    table("""
reach-out plan-an-ending notice-distress ask-about-suicide reassure make-safe-space
be-there-in-crisis give-naloxone say-what-must-be-told report-danger tell-early-signs step-back
use-own-wellness-plan seek-own-support know-own-limits use-supervision ask-experienced-peer
reflect-on-triggers look-at-own-values keep-learning ask-about-conditions name-own-stigma
raise-role-drift tell-supervisor
""")
)
#: Numbers by layer (the base has no name); of several that hold, the tightest counts.
NUMBERS: Final = """
caseload =20 us/wa=20 us/nc=15
group-size =12 us/nc=12 us/va=10 us/ky=8
supervision =1
supervision-weeks boards/icrc=1
supervision-weeks-first us/tx=1
peers-for-one-supervisor us/nc=8
minutes-a-week us/ky=1800
minutes-a-day us/va=240 us/oh=240 us/wa=240 us/pa=240
minutes-a-year us/va=54000 us/pa=54000
note-within-business-days us/tx=2
work-hours-for-each-supervision-hour us/tn=25
supervision-sessions-a-month boards/ncprss=2
supervision-minutes-a-month boards/icrc=240 boards/ncprss=120
"""


GREY: Final[dict[str, dict[str, dict[str, str]]]] = {}
for question in ANSWERS.strip().splitlines():
    names, asks, told = question.split(maxsplit=2)
    for each in names.split(","):
        GREY.setdefault(each, {})[asks] = table(told)
LIMITED: Final[dict[str, str]] = {}
for limit in NUMBERS.strip().splitlines():
    what, by_layer = limit.split(maxsplit=1)
    LIMITED[what] = by_layer
VERDICTS: Final = dict.fromkeys((*PEER_WORK.split(), *LEAVE, *WIDER), A) | ASK_FIRST
VERDICTS.update(dict.fromkeys(NEVER.split(), N))
CODES: Final = {"gifts", "money", "dual-relationship", "transport", *LIMITED}
