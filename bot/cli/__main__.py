"""`python -P -m bot.cli`: the command `assent`, where its script is not at hand.

Without -P Python itself looks into the working directory first, and a `bot.py` or `types.py` there stops it.
"""

from bot.cli import main

if __name__ == "__main__":
    main()
