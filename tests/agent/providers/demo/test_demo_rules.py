"""What people ask, what is called for it, and what the answer says."""

from __future__ import annotations

import pytest

ROWS = [
    # percentages
    ("What is 17% of 2,340?", {"expression": "17 / 100 * 2340"}, "**397.8**"),
    ("What is 20% off $80?", {"expression": "80 * (1 - 20 / 100)"}, "**64 dollars**"),
    ("increase 200 by 15%", {"expression": "200 * (1 + 15 / 100)"}, "**230**"),
    ("reduce 200 by 15 percent", {"expression": "200 * (1 - 15 / 100)"}, "**170**"),
    ("30 is what percent of 120?", {"expression": "30 / 120 * 100"}, "**25%**"),
    ("what percentage of 250 is 40", {"expression": "40 / 250 * 100"}, "**16%**"),
    ("percentage change from 50 to 65", {"expression": "(65 - 50) / 50 * 100"}, "**30%**"),
    ("50 dollars plus a 20% tip", {"expression": "50 * (1 + 20 / 100)"}, "**60 dollars**"),
    ("half of 90", {"expression": "50 / 100 * 90"}, "**45**"),
    ("What is 15% of 80 plus 3?", {"expression": "(15 / 100 * 80) + 3"}, "**15**"),
    ("15% of (80 + 3)", {"expression": "15 / 100 * (80 + 3)"}, "15% of (80 + 3) is **12.45**"),
    ("12.5% of 80 - 1.5", {"expression": "(12.5 / 100 * 80) - 1.5"}, "**8.5**"),
    ("100 minus 15% of 80", {"expression": "100 - (15 / 100 * 80)"}, "**88**"),
    ("15% of 80 dollars plus 3 dollars", {"expression": "(15 / 100 * 80) + 3"}, "**15 dollars**"),
    ("15% of -80", {"expression": "15 / 100 * -80"}, "**−12**"),
    ("half of 80 plus 3", {"expression": "80 / 2 + 3"}, "**43**"),
    # sums
    ("12 times 34", {"expression": "12 * 34"}, "**408**"),
    ("what is twelve plus thirty-five?", {"expression": "12 + 35"}, "**47**"),
    ("the square root of 144", {"expression": "sqrt(144)"}, "**12**"),
    ("Could you please tell me what 5 squared plus 3 cubed is?", None, "5"),
    ("5 squared plus 3 cubed", {"expression": "5 ** 2 + 3 ** 3"}, "**52**"),
    ("What is 5!?", {"expression": "factorial(5)"}, "**120**"),
    ("factorial of 10", {"expression": "factorial(10)"}, "**3,628,800**"),
    ("10 divided by 4", {"expression": "10 / 4"}, "**2.5**"),
    ("2^10", {"expression": "2**10"}, "**1,024**"),
    ("(3+4)*5", {"expression": "(3+4)*5"}, "**35**"),
    ("3 million / 1.5k", {"expression": "3000000 / 1500"}, "**2,000**"),
    ("½ * 3", {"expression": "0.5 * 3"}, "**1.5**"),
    ("sine of 30 degrees", {"expression": "sin(radians(30))"}, "**0.5**"),
    ("average of 3, 4 and 8", {"expression": "(3 + 4 + 8) / 3"}, "**5**"),
    ("what's 7 x 8", {"expression": "7 * 8"}, "**56**"),
    ("0.1 + 0.2", {"expression": "0.1 + 0.2"}, "**0.3**"),
    ("$20 * 3", {"expression": "20 * 3"}, "**60 dollars**"),
    ("What is 10 / 0?", {"expression": "10 / 0"}, "Division by zero has no result."),
    ("9^9^9", {"expression": "9**9**9"}, "too large"),
    # money
    ("100 dollars in euros if one euro is 1.08 dollars", {"expression": "100 / 1.08"}, "**92.59 euros**"),
    ("100 euros in dollars at 1.08 dollars per euro", {"expression": "100 * 1.08"}, "**108 dollars**"),
    ("One euro is 1.08 dollars. What is 250 dollars in euros?", {"expression": "250 / 1.08"}, "**231.48 euros**"),
    ("How many yen is 50 euros if 1 euro = 160 yen?", {"expression": "50 * 160"}, "**8,000 yen**"),
    ("convert 100 dollars to euros", None, "At what rate?"),
    ("convert 100 dollars to euros at 1.08", None, "Which way round"),
    # interest
    ("1,000 euros at 5% for 10 years", {"expression": "1000 * (1 + 5 / 100) ** 10"}, "**1,628.89 euros**"),
    ("compound interest on 5000 at 4% for 3 years compounded monthly", None, "**5,636.36**"),
    ("monthly payment on a loan of 200,000 at 4% over 25 years", None, "**1,055.67 a month**"),
    # units
    ("Convert 100 km/h to mph", {"value": 100, "unit": "km/h", "to": "mph"}, "about **62.1371 mph**"),
    ("how many feet are in a mile?", {"value": 1, "unit": "mile", "to": "feet"}, "**5,280 feet**"),
    ("20 C to F", {"value": 20, "unit": "C", "to": "F"}, "**68 F**"),
    ("What is 72 degrees fahrenheit in celsius?", None, "**22.2222 celsius**"),
    ("5 km to kg", {"value": 5, "unit": "km", "to": "kg"}, "measures a length"),
    ("convert 5 km", None, "To which unit shall I convert 5 km?"),
    ("Convert 3 square metres to square feet", None, "**32.2917 square feet**"),
    ("km to miles", {"value": 1, "unit": "km", "to": "miles"}, "**0.621371 miles**"),
    ("how much is 180 lbs in kg", {"value": 180, "unit": "lbs", "to": "kg"}, "**81.6466 kg**"),
    ("Convert 5'11\" to cm", {"expression": "152.4 + 27.94"}, "5 feet 11 inches are **180.34 cm**"),
    ("6’ 2.5” in metres", None, "6 feet 2.5 inches are **1.8923 metres**"),
    ("5 feet 6 inches in cm", {"expression": "152.4 + 15.24"}, "**167.64 cm**"),
    ("how many seconds are in 3 days", {"value": 3, "unit": "days", "to": "seconds"}, "**259,200 seconds**"),
    ("Convert 12 stonne to kilograms", {"value": 12, "unit": "stone", "to": "kilograms"}, "**76.2035 kilograms**"),
    # times and dates
    ("What time is it?", {}, "It is **12:00** here"),
    ("what time is it in Tokyo", {"place": "Tokyo"}, "**21:00** in Tokyo"),
    ("what time is it in Tokio", {"place": "Tokyo"}, "I read “Tokio” as **Tokyo**"),
    ("what time is it in Atlantis", {"place": "Atlantis"}, "Which place is “Atlantis”?"),
    ("What time is it in Tokyo when it is 18:30 in Berlin?", None, "**01:30 the next day** in Tokyo"),
    ("when it is 6pm in London, what time is it in Los Angeles?", None, "**10:00** in Los Angeles"),
    ("18:30 Berlin to Tokyo", {"time": "18:30", "place": "Berlin", "to": "Tokyo"}, "**01:30 the next day**"),
    ("time difference between Berlin and Sydney", None, "9 hours ahead"),
    ("How many days until Christmas?", {"start": "today", "end": "Christmas"}, "**66 days**"),
    ("days between 1 May 2026 and 3 June 2026", {"start": "1 May 2026", "end": "3 June 2026"}, "**33 days**"),
    ("how many days since 1 January 2000", {"start": "1 January 2000", "end": "today"}, "**9,789 days**"),
    ("what date is 3 weeks from today?", {"date": "today", "weeks": 3}, "**Tuesday, 10 November 2026**"),
    ("add 90 days to 2026-01-31", {"date": "2026-01-31", "days": 90}, "**Friday, 1 May 2026**"),
    ("10 days before Christmas", {"date": "Christmas", "days": -10}, "**Tuesday, 15 December 2026**"),
    ("What weekday is 25 December 2026?", {"date": "25 December 2026"}, "a **Friday**"),
    ("what is the date today?", {"date": "today"}, "**Tuesday, 20 October 2026**"),
    # texts and documents
    ("How many words are in “To be, or not to be”?", {"text": "To be, or not to be"}, "**6 words**"),
    ('How long does it take to read "one two three" aloud?', {"text": "one two three"}, "to read aloud"),
    ("count the words in this text", None, "Which text?"),
    ("How do I stop an answer and continue it later?", None, "*help/stop.md*"),
    ("search the documents for keyboard", {"query": "keyboard"}, "**Shift+Enter**"),
    ("search docs: how do I stop", {"query": "how do I stop"}, "*help/stop.md*"),
    ("search the docs for --grace", {"query": "--grace"}, "--grace"),
    ("what does the help say about themes", {"query": "themes"}, "**Light and dark themes**"),
    ("where is my data kept?", {"query": "where is my data kept"}, "`data/`"),
    ("search for xyzzy", {"query": "xyzzy"}, "The documents do not say."),
    # itself
    ("what can you do?", None, "| work out sums |"),
    ("which tools do you have?", None, "`calculate`"),
    ("who are you?", None, "rules, no AI model"),
    ("hello", None, "rules, no AI model"),
    ('use calculate with {"expression": "2 + 3"}', {"expression": "2 + 3"}, "5"),
    ("continue", None, "Nothing was broken off"),
    ("tell me a joke", None, "I have no rule for “tell me a joke”"),
    ("What is the capital of France?", None, "I have no rule for"),
    ("", None, "nothing here that I can read"),
]


@pytest.mark.parametrize(("request_", "args", "fragment"), ROWS, ids=[row[0][:40] or "nothing" for row in ROWS])
async def test_a_request_calls_the_tool_for_it_and_answers_with_what_it_said(talk, request_, args, fragment):
    answer = await talk.say(request_)
    assert fragment in answer
    if args is not None:
        assert talk.calls[-1][1] == args


SEVERAL = [
    ("Convert 5 furlongs to metres, and that to feet", ["1,005.842 metres", "3,300.0066 feet"]),
    ("Convert 5 km to miles and feet", ["3.1069 miles", "16,404.1995 feet"]),
    ("What time is it in Tokyo, and in New York?", ["21:00", "08:00"]),
    ("What is 3+4, then multiply that by 10; how many days until New Year?", ["**7**", "**70**", "73 days"]),
    ("1. 3+4 2. 5*6", ["**7**", "**30**"]),
    ("- 3 + 4\n- 5 * 6\n- the square root of that", ["**7**", "**30**", "**5.477"]),
    ("What date is in 2 weeks, and what weekday is that? And 10 days after that", ["3 November", "13 November"]),
    ("How many words are in “a b c” and how long would it take to read aloud?", ["3 words", "to read aloud"]),
    ("please calculate 3 + 4 and tell me a joke", ["**7**", "“tell me a joke” I have no rule"]),
    ("days between 1 May 2026 and 3 June 2026 and 2 + 2", ["33 days", "**4**"]),
]


@pytest.mark.parametrize(("request_", "fragments"), SEVERAL, ids=[row[0][:40] for row in SEVERAL])
async def test_several_parts_are_each_answered(talk, request_, fragments):
    answer = await talk.say(request_)
    for fragment in fragments:
        assert fragment in answer
