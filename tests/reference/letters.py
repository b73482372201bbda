"""Which characters make words, and of which kind of script (section 5)."""

import unicodedata

SPACED, UNSPACED = "spaced", "unspaced"

# Letters, marks and numbers of scripts written without spaces, those that several of them share included (Unicode
# 14, Script_Extensions): Han, Hiragana, Katakana, Bopomofo, Thai, Lao, Khmer, Myanmar.
UNSPACED_RANGES = tuple(tuple(int(end, 16) for end in span.split("-")) for span in """
    E01-E3A E40-E4E E50-E59 E81-E82 E84-E84 E86-E8A E8C-EA3 EA5-EA5 EA7-EBD EC0-EC4 EC6-EC6 EC8-ECD ED0-ED9 EDC-EDF
    1000-1049 1050-109D 1780-17D3 17D7-17D7 17DC-17DD 17E0-17E9 17F0-17F9 3005-3007 3021-302D 3031-3035 3038-303C
    3041-3096 3099-309A 309D-309F 30A1-30FA 30FC-30FF 3105-312F 3192-3195 31A0-31BF 31F0-31FF 3220-3229 3280-3289
    3400-4DBF 4E00-9FFF A9E0-A9FE AA60-AA76 AA7A-AA7F F900-FA6D FA70-FAD9 FF66-FF9F 16FE3-16FE3 16FF0-16FF1
    1AFF0-1AFF3 1AFF5-1AFFB 1AFFD-1AFFE 1B000-1B122 1B150-1B152 1B164-1B167 1D360-1D371 20000-2A6DF 2A700-2B738
    2B740-2B81D 2B820-2CEA1 2CEB0-2EBE0 2F800-2FA1D 30000-3134A""".split())


def of_unspaced_script(character):
    return any(first <= ord(character) <= last for first, last in UNSPACED_RANGES)


def is_spaced(character):
    """A word character of a script whose words have spaces between them."""
    return character == "_" or (unicodedata.category(character)[0] in "LMN" and not of_unspaced_script(character))


def is_unspaced(character):
    """A letter or number, which by itself counts as a word, of a script without spaces."""
    return unicodedata.category(character)[0] in "LN" and of_unspaced_script(character)


def stands_free(text, begin, end, open_left, open_right):
    """Whether text[begin:end] has the neighbours that its ends ask for."""
    touches_left = begin > 0 and is_spaced(text[begin]) and is_spaced(text[begin - 1])
    touches_right = end < len(text) and is_spaced(text[end - 1]) and is_spaced(text[end])
    return (open_left or not touches_left) and (open_right or not touches_right)


def words_between(text, begin, end):
    """Runs of spaced word characters of the whole text that lie in begin..end, and unspaced letters one by one."""
    count, at = 0, 0
    while at < len(text):
        stop = at + 1
        if is_spaced(text[at]):
            while stop < len(text) and is_spaced(text[stop]):
                stop += 1
            count += begin <= at and stop <= end
        else:
            count += begin <= at < end and is_unspaced(text[at])
        at = stop
    return count
