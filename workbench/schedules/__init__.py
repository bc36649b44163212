"""When something is due, and what has the machine call it then.

`expression` knows the due times of a cron expression in its time zone,
`clock` where a zone's clocks change, `crontab` and `timers` write what
cron and systemd understand. A crontab line or a timer may call more often
than a schedule is due, never less: `workbench schedule run NAME --due`
decides by the due times alone. Nothing here knows runs or notebooks.
"""

from workbench.schedules.caller import Caller
from workbench.schedules.expression import Expression
from workbench.schedules.schedule import Schedule

__all__ = ["Caller", "Expression", "Schedule"]
