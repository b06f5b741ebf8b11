"""13. August 2025, 9.40 Uhr."""

DATE_FORMAT = "j. F Y"
TIME_FORMAT = r"G.i \U\h\r"
DATETIME_FORMAT = r"j. F Y, G.i \U\h\r"
SHORT_DATE_FORMAT = "j.n.Y"
SHORT_DATETIME_FORMAT = r"j.n.Y, G.i \U\h\r"
MONTH_DAY_FORMAT = "j. F"
YEAR_MONTH_FORMAT = "F Y"
#: Ours: the date under the name of the paper.
WEEKDAY_FORMAT = "l, j. F Y"
