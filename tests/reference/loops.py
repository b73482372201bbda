"""Loop, phase, ambassadors and interest without value of any scope (sections 3 and 4)."""

from money import in_last, net_sum, of_role


def loop_of(result, loops):
    """The loop by intent, engagement, their trends and R."""
    moving = result["intent_trend"] == "rising" or result["trend"] == "started"
    if result["intent"] >= loops.conversion_intent or (result["intent"] >= loops.conversion_moving_intent and moving):
        return "conversion"
    if result["intent"] >= loops.experience_intent or result["engagement"] >= loops.experience_engagement:
        return "experience"
    return "nurturing" if result["raw"] >= loops.nurturing_micro else "awareness"


def phase_of(loop, has_purchase):
    if has_purchase:
        return "connect"
    return {"conversion": "conquer", "experience": "conquer", "nurturing": "entice", "awareness": "find"}[loop]


def has_purchase(rows, types, as_of, days):
    """A purchase in the last so many days, whatever its amount."""
    return any(in_last(days, row.day, as_of) for row in of_role(rows, types, "purchase"))


def is_ambassador(rows, types, as_of, phase, loops):
    """Connect, recommends on different days, has nothing to complain of lately."""
    days = {row.day for row in of_role(rows, types, "advocate", "share")
            if in_last(loops.ambassador_days, row.day, as_of)}
    friction = any(in_last(loops.friction_days, row.day, as_of) for row in of_role(rows, types, "friction"))
    return phase == "connect" and len(days) >= loops.ambassador_event_days and not friction


def add_loops(result, rows, types, as_of, settings):
    """Adds the columns that every scope has beside its scores; `rows` are the scope's."""
    value, loops = settings.value, settings.loops
    result["net_12m"] = net_sum([row for row in rows if in_last(value.window_days, row.day, as_of)], types)
    result["loop"] = loop_of(result, loops)
    result["phase"] = phase_of(result["loop"], has_purchase(rows, types, as_of, loops.purchase_days))
    result["ambassador"] = int(is_ambassador(rows, types, as_of, result["phase"], loops))
    interested = result["engagement"] >= value.engaged_floor or result["intent"] >= value.intent_floor
    result["engaged_no_value"] = int(interested and not has_purchase(rows, types, as_of, value.window_days))
