"""Makes the small HMIS CSV export in ``examples/hmis``: FY2026 columns, nobody real.

    python examples/make_hmis_sample.py [FOLDER]

Everybody is called Example, after a tree; no number is anybody's. The same bytes every time:
nothing is drawn by chance. A few blemishes are put in on purpose, see `BLEMISHES`.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

Row = Mapping[str, object]

TREES = (  # one person each
    "Alder Apple Ash Aspen Bay Beech Birch Box Buckeye Catalpa Cedar Cherry Chestnut Cypress "
    "Dogwood Elder Elm Fig Fir Gum Hawthorn Hazel Hemlock Hickory Holly Juniper Larch Laurel "
    "Linden Locust Magnolia Maple Mulberry Oak Olive Pear Pine Poplar Rowan Willow"
)
PEOPLE = len(TREES.split())

BLEMISHES = """
Client.csv      begins with a byte order mark and ends its lines with CR LF
Client.csv      the first person stands there twice
Enrollment.csv  one row is marked deleted
Enrollment.csv  one row begins on 31 November
Exit.csv        one row leaves the enrollment that began on 31 November
Exit.csv        one row has a destination code from before FY2024
"""

# The columns of the standard, in its order.
COLUMNS = {
    "Project.csv": """
        ProjectID OrganizationID ProjectName ProjectCommonName OperatingStartDate
        OperatingEndDate ContinuumProject ProjectType HousingType RRHSubType
        ResidentialAffiliation TargetPopulation HOPWAMedAssistedLivingFac PITCount
    """,
    "Client.csv": """
        PersonalID FirstName MiddleName LastName NameSuffix NameDataQuality SSN SSNDataQuality
        DOB DOBDataQuality Sex AmIndAKNative Asian BlackAfAmerican HispanicLatinao
        MidEastNAfrican NativeHIPacific White RaceNone AdditionalRaceEthnicity VeteranStatus
        YearEnteredService YearSeparated WorldWarII KoreanWar VietnamWar DesertStorm
        AfghanistanOEF IraqOIF IraqOND OtherTheater MilitaryBranch DischargeStatus
    """,
    "Enrollment.csv": """
        EnrollmentID PersonalID ProjectID EntryDate HouseholdID RelationshipToHoH EnrollmentCoC
        LivingSituation RentalSubsidyType LengthOfStay LOSUnderThreshold PreviousStreetESSH
        DateToStreetESSH TimesHomelessPastThreeYears MonthsHomelessPastThreeYears
        DisablingCondition DateOfEngagement MoveInDate DateOfPATHStatus ClientEnrolledInPATH
        ReasonNotEnrolled PercentAMI ReferralSource CountOutreachReferralApproaches
        DateOfBCPStatus EligibleForRHY ReasonNoServices RunawayYouth FormerWardChildWelfare
        ChildWelfareYears ChildWelfareMonths FormerWardJuvenileJustice JuvenileJusticeYears
        JuvenileJusticeMonths UnemploymentFam MentalHealthDisorderFam PhysicalDisabilityFam
        AlcoholDrugUseDisorderFam InsufficientIncome IncarceratedParent VAMCStation
        TargetScreenReqd TimeToHousingLoss AnnualPercentAMI LiteralHomelessHistory
        ClientLeaseholder HOHLeaseholder SubsidyAtRisk EvictionHistory CriminalRecord
        IncarceratedAdult PrisonDischarge SexOffender DisabledHoH CurrentPregnant SingleParent
        DependentUnder6 HH5Plus CoCPrioritized HPScreeningScore ThresholdScore
        MentalHealthConsultation
    """,
    "Exit.csv": """
        ExitID EnrollmentID PersonalID ExitDate Destination DestinationSubsidyType
        OtherDestination HousingAssessment SubsidyInformation ProjectCompletionStatus
        EarlyExitReason ExchangeForSex ExchangeForSexPastThreeMonths CountOfExchangeForSex
        AskedOrForcedToExchangeForSex AskedOrForcedToExchangeForSexPastThreeMonths
        WorkPlaceViolenceThreats WorkplacePromiseDifference CoercedToContinueWork
        LaborExploitPastThreeMonths CounselingReceived IndividualCounseling FamilyCounseling
        GroupCounseling SessionCountAtExit PostExitCounselingPlan SessionsInPlan
        DestinationSafeClient DestinationSafeWorker PosAdultConnections PosPeerConnections
        PosCommunityConnections AftercareDate AftercareProvided EmailSocialMedia Telephone
        InPersonIndividual InPersonGroup CMExitReason
    """,
}
AUDIT = "DateCreated DateUpdated UserID DateDeleted ExportID"  # the last columns of every file
WRITTEN = {
    "DateCreated": "2026-03-02 09:00:00",
    "DateUpdated": "2026-03-02 09:00:00",
    "UserID": "example",
    "ExportID": "1",
}

FIRST_DAY = date(2025, 10, 1)
PRIORS = (116, 101, 205, 116, 207, 336, 204, 101, "", 329, 206, 302, 335)
DESTINATIONS = (410, 435, 422, 30, 302, 423, 116, 8, 313, 205, 435)


def projects() -> Iterator[Row]:
    """A shelter, street outreach, rapid re-housing, and services only."""
    names = {1: "Night Shelter, North", 4: "Street Outreach", 13: "Rapid Re-Housing", 6: "Drop-In"}
    for number, (kind, name) in enumerate(names.items(), start=1):
        yield {
            "ProjectID": number,
            "OrganizationID": 1,
            "ProjectName": f"Example {name}",
            "ProjectCommonName": name,
            "OperatingStartDate": "2019-01-01",
            "ContinuumProject": 1,
            "ProjectType": kind,
            "TargetPopulation": 4,
        }


def clients() -> Iterator[Row]:
    """One person a tree; the first once more."""
    people = [client(number, tree) for number, tree in enumerate(TREES.split())]
    yield from people
    yield people[0]


def client(number: int, tree: str) -> Row:
    """An adult; some leave the date of birth or the service in the forces open."""
    undated = number % 19 == 8
    veteran = 1 if number % 7 == 3 else 99 if number % 13 == 5 else "" if number == 12 else 0
    born = date(1952 + number * 7 % 52, 1 + number * 5 % 12, 1 + number * 11 % 28)
    races = "AmIndAKNative Asian BlackAfAmerican HispanicLatinao MidEastNAfrican NativeHIPacific"
    return {
        "PersonalID": 1001 + number,
        "FirstName": "Example",
        "LastName": tree,
        "NameDataQuality": 2,
        "SSN": "" if number % 3 else f"000-00-{number:04}",
        "SSNDataQuality": 99 if number % 3 else 2,
        "DOB": "" if undated else born,
        "DOBDataQuality": 99 if undated else 1,
        "Sex": (0, 1, 99)[number % 3],
        **dict.fromkeys(f"{races} White".split(), 0),
        "RaceNone": 99,
        "VeteranStatus": veteran,
    }


def enrollments() -> Iterator[Row]:
    """One for everybody, a second for every seventh; then a deleted and an impossible one."""
    for number in range(PEOPLE):
        yield enrollment(2001 + number, number, 1 + number % 4, entry(number))
    for number in range(0, PEOPLE, 7):
        yield enrollment(2101 + number, number, 4, entry(number) + timedelta(days=60))
    gone = enrollment(2901, 6, 2, FIRST_DAY)
    yield {**gone, "DateDeleted": "2026-01-15 10:00:00"}
    yield enrollment(2902, 10, 3, "2025-11-31")


def entry(number: int) -> date:
    """The day this person first came, within 90 days of the first."""
    return FIRST_DAY + timedelta(days=number * 17 % 90)


def enrollment(key: int, number: int, project: int, day: date | str) -> Row:
    """One stay or service; two couples share a household."""
    partner = number in {16, 30}
    prior = PRIORS[number % len(PRIORS)]
    return {
        "EnrollmentID": key,
        "PersonalID": 1001 + number,
        "ProjectID": project,
        "EntryDate": day,
        "HouseholdID": f"h{key - partner}",
        "RelationshipToHoH": 3 if partner else 99 if number == 22 else 1,
        "EnrollmentCoC": "XX-500",
        "LivingSituation": prior,
        "DisablingCondition": number % 2,
        "PrisonDischarge": 1 if prior == 207 else 0 if number % 2 else "",
    }


def exits() -> Iterator[Row]:
    """Three of four first enrollments end; two more rows that cannot be kept."""
    for number in range(PEOPLE):
        if number % 4 != 3:
            day = entry(number) + timedelta(days=20 + number % 30)
            yield leaving(number, 2001 + number, day, DESTINATIONS[number % len(DESTINATIONS)])
    yield leaving(10, 2902, date(2025, 12, 20), 410)
    yield leaving(3, 2004, date(2026, 2, 2), 3)


def leaving(number: int, enrollment_key: int, day: date, destination: int) -> Row:
    """The end of one enrollment."""
    return {
        "ExitID": enrollment_key + 1000,
        "EnrollmentID": enrollment_key,
        "PersonalID": 1001 + number,
        "ExitDate": day,
        "Destination": destination,
        "DestinationSubsidyType": 428 if destination == 435 else "",
    }


def csv_bytes(file: str, rows: Iterable[Row], *, excel: bool) -> bytes:
    """One file, as a spreadsheet program would leave it (``excel``) or plain."""
    text = io.StringIO()
    columns = f"{COLUMNS[file]} {AUDIT}".split()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n" if excel else "\n")
    writer.writeheader()
    writer.writerows({**WRITTEN, **row} for row in rows)
    return text.getvalue().encode("utf-8-sig" if excel else "utf-8")


def make(folder: Path) -> None:
    """Write the four files into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, rows in (
        ("Project.csv", projects()),
        ("Client.csv", clients()),
        ("Enrollment.csv", enrollments()),
        ("Exit.csv", exits()),
    ):
        (folder / file).write_bytes(csv_bytes(file, rows, excel=file == "Client.csv"))


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "hmis"
    make(target)
    print(f"Four files in {target}, with these blemishes:\n{BLEMISHES}")
